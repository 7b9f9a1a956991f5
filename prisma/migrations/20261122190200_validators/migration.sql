-- Where the name log speaks of validators: such an entry begins with `{"head":"`, 44 characters, `","holds":` (canonical JSON
-- sorts fields, and no other entry has both). With it the enrolled validators of a long log are found at once.
CREATE INDEX "log_entry_validators" ON "log_entry" ("idx")
  WHERE "log" = 'names' AND substring("bytes" from 1 for 9) = '\x7b2268656164223a22'::bytea AND substring("bytes" from 54 for 10) = '\x222c22686f6c6473223a'::bytea;
