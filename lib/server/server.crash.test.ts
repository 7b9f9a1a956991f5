import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeIdentity, makeRegister, type FixtureRegistry } from '../core/assertion/fixtures';
import { fromBase64, toBase64 } from '../core/bytes/base64';
import { parseCheckpointBody } from '../core/checkpoint/checkpoint';
import { parseNote } from '../core/note/note';
import type { RegistryInfo } from '../client/wire';
import { provideFastCrypto } from '../native/fast-hash';
import { checkDatabase } from '../services/check-database';
import { openDatabase } from '../storage/open';
import { findAssertions } from '../storage/pending-store';
import { startPostgres, type TestPostgres } from '../storage/postgres-for-tests';
import { getJson, newDataDir, post, request } from './app-for-tests';
import { startServer, worldOf, type ServerProcess } from './process-for-tests';

const KILLS = 50;
const PORT = { embedded: 41_920, postgres: 41_921 };
const CLIENTS = 6;
/** One kill in this many hits a server that is still starting. */
const EARLY = 6;

/** The same runs each time, on the same machine at the same speed; print the seed if that should ever matter. */
const SEED = 20_261_122;

let postgres: TestPostgres;

beforeAll(async () => {
  provideFastCrypto();
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

describe.each(['embedded', 'postgres'] as const)('%s', (kind) => {
  test(`${KILLS} SIGKILLs at random moments under load: nothing acknowledged is lost, nothing is in the log twice, no size is signed twice, and the database is sound each time`, async () => {
    const databaseUrl = kind === 'postgres' ? await postgres.createDatabase() : undefined;
    const run = new CrashRun(kind, newDataDir(), databaseUrl);
    await run.firstStart();
    for (let kill = 1; kill <= KILLS; kill++) {
      await run.round(kill);
      await run.check();
      if (kill % 10 === 0) process.stdout.write(`${kind}: ${kill} of ${KILLS} kills, ${run.summary()}\n`);
    }
    expect(run.acknowledged.size).toBeGreaterThan(KILLS);
  });
});

class CrashRun {
  /** payload hashes, base64, whose acceptance was answered with a promise */
  readonly acknowledged = new Set<string>();
  private readonly roots = new Map<string, string>();
  private world: FixtureRegistry | null = null;
  private names = 0;
  private seals = 0;
  private readonly random = randomOf(SEED);
  private readonly startedMs = Date.now();

  constructor(
    private readonly kind: 'embedded' | 'postgres',
    private readonly dataDir: string,
    private readonly databaseUrl: string | undefined,
  ) {}

  summary(): string {
    return `${this.seals} seals, ${this.acknowledged.size} acknowledged, ${this.roots.size} checkpoints seen, ${Math.round((Date.now() - this.startedMs) / 1000)} s`;
  }

  async firstStart(): Promise<void> {
    const server = this.start();
    await server.ready;
    this.world = worldOf(await getJson<RegistryInfo>(`${server.url}/api/v1/registry`), this.dataDir);
    await server.kill();
  }

  /** round starts the server, puts it under load, and kills it at a random moment. */
  async round(kill: number): Promise<void> {
    const server = this.start();
    if (kill % EARLY === 0) {
      await sleep(this.random() * 1_500);
      await server.kill();
      return;
    }
    await server.ready;
    let killed = false;
    const clients = Array.from({ length: CLIENTS }, () => this.client(server, () => killed));
    const reader = this.reader(server, () => killed);
    await sleep(50 + this.random() * 1_450);
    killed = true;
    await server.kill();
    await Promise.all([...clients, reader]);
  }

  /** check opens the database as the kill left it. */
  async check(): Promise<void> {
    const db = await openDatabase({ databaseUrl: this.databaseUrl, dataDir: this.dataDir });
    try {
      const report = await checkDatabase(db);
      expect(report.findings).toEqual([]);
      expect(new Set(report.assertions).size).toBe(report.assertions.length);
      for (const { names, proofs } of report.notes) {
        this.see('names', names);
        this.see('proofs', proofs);
      }
      const hashes = [...this.acknowledged];
      const places = await findAssertions(db, hashes.map((hash) => fromBase64(hash, 32)));
      const lost = hashes.filter((hash) => !['accepted', 'sealed'].includes(places.get(Buffer.from(hash, 'base64').toString('hex'))?.state ?? 'unknown'));
      expect(lost).toEqual([]);
      this.seals = report.seals;
    } finally {
      await db.close();
    }
  }

  private start(): ServerProcess {
    return startServer({ port: PORT[this.kind], dataDir: this.dataDir, ...(this.databaseUrl === undefined ? {} : { databaseUrl: this.databaseUrl }) });
  }

  /** client registers one new name after the other and remembers each promise. */
  private async client(server: ServerProcess, done: () => boolean): Promise<void> {
    const { world } = this;
    if (world === null) throw new Error('not started');
    while (!done()) {
      const label = `crash${this.names++}name`;
      const parsed = makeRegister(world, makeIdentity(world.registry, label), `@${label}`);
      try {
        const answer = await post(server.url, parsed);
        if (answer.status === 202) this.acknowledged.add(parsed.hash);
        else if (answer.status !== 503) throw new Error(`refused: ${answer.text}`);
      } catch (error) {
        if (!isBroken(error)) throw error;
      }
    }
  }

  /** reader follows both checkpoints as a stranger sees them: what was published once must stand for ever. */
  private async reader(server: ServerProcess, done: () => boolean): Promise<void> {
    while (!done()) {
      for (const log of ['names', 'proofs'] as const) {
        try {
          const { status, text } = await request(`${server.url}/tlog/${log}/checkpoint`);
          if (status === 200) this.see(log, text);
        } catch (error) {
          if (!isBroken(error)) throw error;
        }
      }
      await sleep(20);
    }
  }

  private see(log: 'names' | 'proofs', note: string): void {
    const { size, root } = parseCheckpointBody(parseNote(note).text);
    const key = `${log} ${size}`;
    const known = this.roots.get(key);
    if (known !== undefined) expect({ key, root: toBase64(root) }).toEqual({ key, root: known });
    this.roots.set(key, toBase64(root));
  }
}

/** isBroken tells a broken connection from everything that must not happen. */
function isBroken(error: unknown): boolean {
  return error instanceof TypeError && error.message === 'fetch failed' || (error instanceof Error && /terminated|socket|ECONN/.test(`${error.message} ${String(error.cause)}`));
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** randomOf is a small generator (mulberry32), so that a run can be repeated. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
