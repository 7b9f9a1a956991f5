import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SealCommit } from './commit-seal';
import type { Database } from './database';
import type { StoredHead } from './heads';
import { openDatabase, type OpenOptions } from './open';
import { startPostgres, type TestPostgres } from './postgres-for-tests';

/** KINDS of database that the same tests run on. */
export const KINDS = ['embedded', 'postgres'] as const;

/** TestDatabases hands out empty databases of one kind, and removes them all in the end. */
export interface TestDatabases {
  /** Where a new, empty database is; opening it twice opens the same one. */
  place(): Promise<OpenOptions>;
  open(): Promise<Database>;
  remove(): Promise<void>;
}

/** testDatabases starts what is needed for one kind. */
export async function testDatabases(kind: Database['kind']): Promise<TestDatabases> {
  const server: TestPostgres | null = kind === 'postgres' ? await startPostgres() : null;
  const folders: string[] = [];
  const opened: Database[] = [];
  const newFolder = () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mns-db-'));
    folders.push(folder);
    return folder;
  };
  // Making a cluster takes seconds; one is made, without tables, and copied.
  let cluster: string | null = null;
  const emptyCluster = async () => {
    if (cluster !== null) return cluster;
    cluster = newFolder();
    const migrations = path.join(cluster, 'none');
    mkdirSync(migrations);
    await (await openDatabase({ dataDir: cluster, migrations })).close();
    return cluster;
  };
  const place = async (): Promise<OpenOptions> => {
    if (server !== null) return { databaseUrl: await server.createDatabase(), dataDir: '' };
    const dataDir = newFolder();
    cpSync(await emptyCluster(), dataDir, { recursive: true });
    return { dataDir };
  };
  return {
    place,
    async open() {
      const db = await openDatabase(await place());
      opened.push(db);
      return db;
    },
    async remove() {
      for (const db of opened) await db.close().catch(() => undefined);
      await server?.stop();
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** digest makes 32 bytes of any text. */
export function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}

/** sampleEntry makes an entry, and a hash that stands for its leaf. */
export function sampleEntry(text: string): { bytes: Uint8Array; leaf: Uint8Array } {
  return { bytes: Buffer.from(text), leaf: digest(text) };
}

/** sampleCommit makes a seal on `head` with so many proof entries, as many name entries and one more for the seal. */
export function sampleCommit(head: StoredHead, count: number, label = `seal ${head.seal + 1}`): SealCommit {
  const proofEntries = Array.from({ length: count }, (_, n) => sampleEntry(`${label} proof ${n}`));
  const nameEntries = Array.from({ length: count + 1 }, (_, n) => sampleEntry(`${label} name ${n}`));
  const root = digest(label);
  return {
    from: { seal: head.seal, namesSize: head.names.size, proofsSize: head.proofs.size },
    throughSeq: head.cutSeq,
    seal: {
      number: head.seal + 1,
      timeSec: head.cutSeal > head.seal ? head.cutSec : head.timeSec + 60,
      names: { size: head.names.size + count + 1, root, note: `${label} names note` },
      proofs: { size: head.proofs.size + count, root, note: `${label} proofs note` },
      map: { size: head.map.size + count, root },
    },
    proofEntries,
    nameEntries,
    tiles: [],
    mapWrites: proofEntries.map((entry, n) => ({ key: entry.leaf, value: digest(`${label} value ${n}`), nameIndex: head.names.size + n, waits: false })),
    sealed: proofEntries.map((entry, n) => ({ hash: entry.leaf, proofIndex: head.proofs.size + n, nameIndex: head.names.size + n })),
    refused: [],
  };
}
