import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KINDS, testDatabases, type TestDatabases } from './databases-for-tests';
import { readHead } from './heads';
import { newestSeals, readEntries } from './log-store';
import { openDatabase, type OpenOptions } from './open';
import { listPending } from './pending-store';

const WRITER = fileURLToPath(new URL('./writer-for-tests.ts', import.meta.url));
const KILLS = 20;

interface Promised {
  seq: number;
  seal: number;
  namesSize: number;
}

/** Runs the writer until it has promised something new, and kills it a random moment later. */
async function runAndKill(place: OpenOptions, promised: Promised): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', WRITER, place.databaseUrl ?? '', place.dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout);
  const exited = once(child, 'exit');
  const first = once(lines, 'line');
  lines.on('line', (line) => {
    const [what, a, b] = line.split(' ');
    if (what === 'accepted') promised.seq = Number(a);
    if (what === 'sealed') Object.assign(promised, { seal: Number(a), namesSize: Number(b) });
  });
  await Promise.race([first, exited]);
  expect(child.exitCode, 'the writer must not end by itself').toBeNull();
  await sleep(Math.random() * 300);
  child.kill('SIGKILL');
  await exited;
}

describe.each(KINDS)('on %s', (kind) => {
  let databases: TestDatabases;
  beforeAll(async () => {
    databases = await testDatabases(kind);
  });
  afterAll(() => databases.remove());

  test(`${KILLS} SIGKILLs during commits lose nothing that was acknowledged`, async () => {
    const place = await databases.place();
    const promised: Promised = { seq: 0, seal: -1, namesSize: 0 };
    for (let kill = 0; kill < KILLS; kill++) {
      await runAndKill(place, promised);
      const db = await openDatabase(place);
      const head = await readHead(db);
      expect(head.lastSeq).toBeGreaterThanOrEqual(promised.seq);
      expect(head.seal).toBeGreaterThanOrEqual(promised.seal);
      expect(head.names.size).toBeGreaterThanOrEqual(promised.namesSize);
      // Each accepted assertion is in the proof log or pending: once, in order, none missing.
      const pending = await listPending(db, 0);
      expect(pending.map((row) => row.seq)).toEqual(Array.from({ length: head.lastSeq - head.proofs.size }, (_, n) => head.proofs.size + n + 1));
      expect(await readEntries(db, 'proofs', 0, head.proofs.size + 1)).toHaveLength(head.proofs.size);
      expect(await readEntries(db, 'names', 0, head.names.size + 1)).toHaveLength(head.names.size);
      const [newest] = await newestSeals(db, 1);
      expect(newest?.number ?? -1).toBe(head.seal);
      expect(newest?.names.size ?? 0).toBe(head.names.size);
      await db.close();
    }
    expect(promised.seal).toBeGreaterThan(0);
  });
});
