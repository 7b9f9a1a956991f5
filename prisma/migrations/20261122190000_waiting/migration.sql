-- Which state entries wait for something: a pending change of holder, a reversed payment, a pending policy. With it a
-- registry of a million names starts without reading them all.
ALTER TABLE "map_leaf" ADD COLUMN "waits" BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX "map_leaf_waits" ON "map_leaf" ("key") WHERE "waits";
