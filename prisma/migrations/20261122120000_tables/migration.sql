-- CreateTable
CREATE TABLE "log_entry" (
    "log" TEXT NOT NULL,
    "idx" BIGINT NOT NULL,
    "leaf" BYTEA NOT NULL,
    "bytes" BYTEA NOT NULL,

    CONSTRAINT "log_entry_pkey" PRIMARY KEY ("log","idx")
);

-- CreateTable
CREATE TABLE "log_tile" (
    "log" TEXT NOT NULL,
    "level" SMALLINT NOT NULL,
    "idx" BIGINT NOT NULL,
    "hashes" BYTEA NOT NULL,

    CONSTRAINT "log_tile_pkey" PRIMARY KEY ("log","level","idx")
);

-- CreateTable
CREATE TABLE "log_seal" (
    "number" BIGINT NOT NULL,
    "time_sec" BIGINT NOT NULL,
    "names_size" BIGINT NOT NULL,
    "names_root" BYTEA NOT NULL,
    "proofs_size" BIGINT NOT NULL,
    "proofs_root" BYTEA NOT NULL,
    "map_size" BIGINT NOT NULL,
    "map_root" BYTEA NOT NULL,
    "names_note" TEXT NOT NULL,
    "proofs_note" TEXT NOT NULL,

    CONSTRAINT "log_seal_pkey" PRIMARY KEY ("number")
);

-- CreateTable
CREATE TABLE "head" (
    "id" SMALLINT NOT NULL,
    "seal" BIGINT NOT NULL,
    "time_sec" BIGINT NOT NULL,
    "names_size" BIGINT NOT NULL,
    "names_root" BYTEA NOT NULL,
    "proofs_size" BIGINT NOT NULL,
    "proofs_root" BYTEA NOT NULL,
    "map_size" BIGINT NOT NULL,
    "map_root" BYTEA NOT NULL,
    "last_seq" BIGINT NOT NULL,
    "cut_seq" BIGINT NOT NULL,
    "cut_seal" BIGINT NOT NULL,
    "cut_sec" BIGINT NOT NULL,

    CONSTRAINT "head_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "map_leaf" (
    "key" BYTEA NOT NULL,
    "value" BYTEA NOT NULL,
    "name_index" BIGINT NOT NULL,

    CONSTRAINT "map_leaf_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "pending" (
    "seq" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,
    "bytes" BYTEA NOT NULL,
    "accepted_sec" BIGINT NOT NULL,
    "by_seal" BIGINT NOT NULL,

    CONSTRAINT "pending_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "refused" (
    "hash" BYTEA NOT NULL,
    "code" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "seal" BIGINT NOT NULL,
    "at_sec" BIGINT NOT NULL,

    CONSTRAINT "refused_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "assertion_index" (
    "hash" BYTEA NOT NULL,
    "proof_index" BIGINT NOT NULL,
    "name_index" BIGINT,
    "seal" BIGINT NOT NULL,

    CONSTRAINT "assertion_index_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "orders" (
    "id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "display" TEXT NOT NULL,
    "udf" TEXT NOT NULL,
    "price_cents" BIGINT NOT NULL,
    "schedule" INTEGER NOT NULL,
    "rail" TEXT NOT NULL,
    "credit_cents" BIGINT,
    "assertion" BYTEA NOT NULL,
    "assertion_hash" BYTEA NOT NULL,
    "mark_acknowledged" BOOLEAN NOT NULL DEFAULT false,
    "stripe_session" TEXT,
    "payment_intent" TEXT,
    "pay_url" TEXT,
    "receipt" TEXT,
    "by_seal" BIGINT,
    "problem_code" TEXT,
    "problem_detail" TEXT,
    "created_sec" BIGINT NOT NULL,
    "expires_sec" BIGINT NOT NULL,
    "updated_sec" BIGINT NOT NULL,

    CONSTRAINT "orders_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_event" (
    "id" BIGSERIAL NOT NULL,
    "order_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "at_sec" BIGINT NOT NULL,
    "detail" TEXT,

    CONSTRAINT "order_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hold" (
    "id" BIGSERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "udf" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "created_sec" BIGINT NOT NULL,
    "expires_sec" BIGINT NOT NULL,
    "released_sec" BIGINT,

    CONSTRAINT "hold_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_account" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "may_go_below" BOOLEAN NOT NULL DEFAULT false,
    "balance_cents" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "ledger_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_transfer" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "order_id" TEXT,
    "at_sec" BIGINT NOT NULL,
    "memo" TEXT,

    CONSTRAINT "ledger_transfer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_entry" (
    "id" BIGSERIAL NOT NULL,
    "transfer_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "amount_cents" BIGINT NOT NULL,

    CONSTRAINT "ledger_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_event" (
    "id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "created_sec" BIGINT NOT NULL,
    "received_sec" BIGINT NOT NULL,
    "outcome" TEXT NOT NULL,

    CONSTRAINT "webhook_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "refund" (
    "id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "amount_cents" BIGINT NOT NULL,
    "reason" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "stripe_refund" TEXT,
    "problem" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "created_sec" BIGINT NOT NULL,
    "updated_sec" BIGINT NOT NULL,

    CONSTRAINT "refund_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sandbox_object" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "json" JSONB NOT NULL,
    "created_sec" BIGINT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "sandbox_object_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "log_seal_names_size_key" ON "log_seal"("names_size");

-- CreateIndex
CREATE INDEX "log_seal_proofs_size_idx" ON "log_seal"("proofs_size");

-- CreateIndex
CREATE UNIQUE INDEX "pending_hash_key" ON "pending"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "orders_assertion_hash_key" ON "orders"("assertion_hash");

-- CreateIndex
CREATE UNIQUE INDEX "orders_stripe_session_key" ON "orders"("stripe_session");

-- CreateIndex
CREATE INDEX "orders_state_updated_sec_idx" ON "orders"("state", "updated_sec");

-- CreateIndex
CREATE INDEX "orders_udf_idx" ON "orders"("udf");

-- CreateIndex
CREATE INDEX "order_event_order_id_id_idx" ON "order_event"("order_id", "id");

-- CreateIndex
CREATE INDEX "hold_name_udf_created_sec_idx" ON "hold"("name", "udf", "created_sec");

-- CreateIndex
CREATE INDEX "hold_order_id_idx" ON "hold"("order_id");

-- CreateIndex
CREATE INDEX "ledger_transfer_order_id_idx" ON "ledger_transfer"("order_id");

-- CreateIndex
CREATE INDEX "ledger_entry_account_id_id_idx" ON "ledger_entry"("account_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_entry_transfer_id_account_id_key" ON "ledger_entry"("transfer_id", "account_id");

-- CreateIndex
CREATE INDEX "webhook_event_received_sec_idx" ON "webhook_event"("received_sec");

-- CreateIndex
CREATE UNIQUE INDEX "refund_stripe_refund_key" ON "refund"("stripe_refund");

-- CreateIndex
CREATE INDEX "refund_state_updated_sec_idx" ON "refund"("state", "updated_sec");

-- CreateIndex
CREATE INDEX "refund_order_id_idx" ON "refund"("order_id");

-- CreateIndex
CREATE INDEX "sandbox_object_kind_created_sec_id_idx" ON "sandbox_object"("kind", "created_sec", "id");

-- AddForeignKey
ALTER TABLE "order_event" ADD CONSTRAINT "order_event_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "hold" ADD CONSTRAINT "hold_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ledger_entry" ADD CONSTRAINT "ledger_entry_transfer_id_fkey" FOREIGN KEY ("transfer_id") REFERENCES "ledger_transfer"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ledger_entry" ADD CONSTRAINT "ledger_entry_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "ledger_account"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "refund" ADD CONSTRAINT "refund_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

