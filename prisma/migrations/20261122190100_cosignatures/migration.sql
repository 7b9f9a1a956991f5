-- What witnesses and validators have signed on a seal's name-log checkpoint: one line a key and seal, as it stands on the note.
CREATE TABLE "cosignature" (
    "seal" BIGINT NOT NULL,
    "vkey" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "time_sec" BIGINT NOT NULL,
    "line" TEXT NOT NULL,

    CONSTRAINT "cosignature_pkey" PRIMARY KEY ("seal", "vkey")
);
ALTER TABLE "cosignature"
  ADD CONSTRAINT "cosignature_role_check" CHECK ("role" IN ('witness', 'validator')),
  ADD CONSTRAINT "cosignature_line_check" CHECK ("line" LIKE '— %' AND octet_length("line") <= 4096 AND "seal" >= 0 AND "time_sec" >= 0);
CREATE INDEX "cosignature_vkey_idx" ON "cosignature" ("vkey", "seal");
