-- What schema.prisma cannot say: append-only tables, checks, one live hold a name, the ledger's arithmetic.

-- Append-only. Statement triggers fire even for statements that touch no row; ENABLE ALWAYS keeps them on for replicas.
CREATE FUNCTION "mns_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table % is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['log_entry', 'log_tile', 'log_seal', 'order_event', 'ledger_transfer', 'ledger_entry'] LOOP
    EXECUTE format('CREATE TRIGGER "%s_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION "mns_append_only"()', name, name);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER "%s_append_only"', name, name);
  END LOOP;
END
$$;

ALTER TABLE "log_entry"
  ADD CONSTRAINT "log_entry_log_check" CHECK ("log" IN ('names', 'proofs')),
  ADD CONSTRAINT "log_entry_idx_check" CHECK ("idx" >= 0),
  ADD CONSTRAINT "log_entry_leaf_check" CHECK (octet_length("leaf") = 32);
ALTER TABLE "log_tile"
  ADD CONSTRAINT "log_tile_log_check" CHECK ("log" IN ('names', 'proofs')),
  ADD CONSTRAINT "log_tile_idx_check" CHECK ("idx" >= 0 AND "level" BETWEEN 0 AND 63),
  ADD CONSTRAINT "log_tile_hashes_check" CHECK (octet_length("hashes") = 8192);
ALTER TABLE "map_leaf"
  ADD CONSTRAINT "map_leaf_check" CHECK (octet_length("key") = 32 AND octet_length("value") = 32 AND "name_index" >= 0);
ALTER TABLE "pending"
  ADD CONSTRAINT "pending_hash_check" CHECK (octet_length("hash") = 32);

-- Rows of map_leaf are updated in place: room in the page keeps such an update off the index.
ALTER TABLE "map_leaf" SET (fillfactor = 80);

-- The single head row. Neither log can shrink, seals and time only go on, a cut is for the next seal only.
ALTER TABLE "head" ADD CONSTRAINT "head_single_check" CHECK ("id" = 1);
INSERT INTO "head" ("id", "seal", "time_sec", "names_size", "names_root", "proofs_size", "proofs_root", "map_size", "map_root", "last_seq", "cut_seq", "cut_seal", "cut_sec")
VALUES (1, -1, 0, 0, sha256(''), 0, sha256(''), 0, sha256(''), 0, 0, -1, 0);

CREATE FUNCTION "mns_head_goes_on"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."names_size" < OLD."names_size" OR NEW."proofs_size" < OLD."proofs_size" OR NEW."seal" < OLD."seal"
    OR NEW."time_sec" < OLD."time_sec" OR NEW."cut_seq" < OLD."cut_seq" OR NEW."cut_seal" < OLD."cut_seal" OR NEW."cut_sec" < OLD."cut_sec"
    OR NEW."last_seq" < OLD."last_seq" OR NEW."cut_seq" > NEW."last_seq" OR NEW."cut_seal" > NEW."seal" + 1 THEN
    RAISE EXCEPTION 'the head cannot go back' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER "head_goes_on" BEFORE UPDATE ON "head" FOR EACH ROW EXECUTE FUNCTION "mns_head_goes_on"();
ALTER TABLE "head" ENABLE ALWAYS TRIGGER "head_goes_on";
CREATE TRIGGER "head_stays" BEFORE DELETE OR TRUNCATE ON "head" FOR EACH STATEMENT EXECUTE FUNCTION "mns_append_only"();
ALTER TABLE "head" ENABLE ALWAYS TRIGGER "head_stays";

-- Orders and holds.
ALTER TABLE "orders"
  ADD CONSTRAINT "orders_state_check" CHECK ("state" IN ('awaiting-payment', 'paid', 'accepted', 'sealed', 'expired', 'cancelled', 'refunding', 'refunded')),
  ADD CONSTRAINT "orders_rail_check" CHECK ("rail" IN ('credit', 'checkout', 'invoice', 'wire')),
  ADD CONSTRAINT "orders_cents_check" CHECK ("price_cents" > 0 AND ("credit_cents" IS NULL OR "credit_cents" >= 100));
CREATE UNIQUE INDEX "hold_one_live" ON "hold" ("name") WHERE "released_sec" IS NULL;
ALTER TABLE "refund"
  ADD CONSTRAINT "refund_state_check" CHECK ("state" IN ('wanted', 'sent', 'done', 'failed')),
  ADD CONSTRAINT "refund_cents_check" CHECK ("amount_cents" > 0);

-- The ledger: an entry moves its account's balance, a balance moves in no other way, and may be negative only where allowed.
ALTER TABLE "ledger_account"
  ADD CONSTRAINT "ledger_account_not_negative" CHECK ("may_go_below" OR "balance_cents" >= 0);
ALTER TABLE "ledger_entry"
  ADD CONSTRAINT "ledger_entry_amount_check" CHECK ("amount_cents" <> 0);

CREATE FUNCTION "mns_ledger_post"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "ledger_account" SET "balance_cents" = "balance_cents" + NEW."amount_cents" WHERE "id" = NEW."account_id";
  RETURN NULL;
END
$$;
CREATE TRIGGER "ledger_entry_post" AFTER INSERT ON "ledger_entry" FOR EACH ROW EXECUTE FUNCTION "mns_ledger_post"();
ALTER TABLE "ledger_entry" ENABLE ALWAYS TRIGGER "ledger_entry_post";

CREATE FUNCTION "mns_ledger_balance_guard"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW."balance_cents" <> 0 THEN
      RAISE EXCEPTION 'a ledger account starts at zero' USING ERRCODE = 'restrict_violation';
    END IF;
  ELSIF pg_trigger_depth() < 2 THEN
    RAISE EXCEPTION 'a ledger account changes by entries only' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER "ledger_account_balance_guard" BEFORE INSERT OR UPDATE ON "ledger_account" FOR EACH ROW EXECUTE FUNCTION "mns_ledger_balance_guard"();
ALTER TABLE "ledger_account" ENABLE ALWAYS TRIGGER "ledger_account_balance_guard";
CREATE TRIGGER "ledger_account_stays" BEFORE DELETE OR TRUNCATE ON "ledger_account" FOR EACH STATEMENT EXECUTE FUNCTION "mns_append_only"();
ALTER TABLE "ledger_account" ENABLE ALWAYS TRIGGER "ledger_account_stays";

CREATE FUNCTION "mns_ledger_zero_sum"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT sum("amount_cents") FROM "ledger_entry" WHERE "transfer_id" = NEW."transfer_id") <> 0 THEN
    RAISE EXCEPTION 'ledger transfer % does not sum to zero', NEW."transfer_id" USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER "ledger_entry_zero_sum" AFTER INSERT ON "ledger_entry" DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION "mns_ledger_zero_sum"();
ALTER TABLE "ledger_entry" ENABLE ALWAYS TRIGGER "ledger_entry_zero_sum";
