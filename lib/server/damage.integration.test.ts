import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeIdentity, makeRegister } from '../core/assertion/fixtures';
import { readHead } from '../storage/heads';
import { openDatabase } from '../storage/open';
import { startPostgres, type TestPostgres } from '../storage/postgres-for-tests';
import { accept, newDataDir, openTestApp, post, sealed } from './app-for-tests';

const STRIPE = { secretKey: 'sk_test_1', webhookSecret: 'whsec_1' };

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

describe.each(['embedded', 'postgres'] as const)('%s', (kind) => {
  let dataDir: string;
  let databaseUrl: string | undefined;
  const open = (folder = dataDir) => openTestApp({ databaseUrl, dataDir: folder });

  beforeAll(async () => {
    databaseUrl = kind === 'postgres' ? await postgres.createDatabase() : undefined;
    dataDir = newDataDir();
    const at = await open();
    for (const name of ['@first-of-all', '@second-of-all']) {
      const register = makeRegister(at.world, makeIdentity(at.world.registry, name), name);
      await accept(at.url, register);
      await sealed(at.url, register);
    }
    await at.close();
  });

  /** the database changed behind the registry's back, by somebody who may even switch triggers off */
  async function tamper(...statements: string[]): Promise<void> {
    const db = await openDatabase({ databaseUrl, dataDir });
    try {
      for (const statement of statements) await db.sql.query(statement);
    } finally {
      await db.close();
    }
  }

  async function tampered(change: string, back: string): Promise<void> {
    await tamper('ALTER TABLE log_entry DISABLE TRIGGER ALL', 'ALTER TABLE log_seal DISABLE TRIGGER ALL', change);
    try {
      await expect(open()).rejects.toThrow(/signed|missing/);
    } finally {
      await tamper(back, 'ALTER TABLE log_entry ENABLE TRIGGER ALL', 'ALTER TABLE log_seal ENABLE TRIGGER ALL');
    }
  }

  test('an entry that was changed is noticed at start', async () => {
    await tampered(
      `UPDATE log_entry SET bytes = set_byte(bytes, 40, get_byte(bytes, 40) # 1) WHERE log = 'proofs' AND idx = 1`,
      `UPDATE log_entry SET bytes = set_byte(bytes, 40, get_byte(bytes, 40) # 1) WHERE log = 'proofs' AND idx = 1`,
    );
  });

  test('an entry that was changed together with its stored hash is noticed at start', async () => {
    const change = `UPDATE log_entry SET bytes = set_byte(bytes, 40, get_byte(bytes, 40) # 1), leaf = sha256('\\x00'::bytea || set_byte(bytes, 40, get_byte(bytes, 40) # 1)) WHERE log = 'names' AND idx = 2`;
    await tampered(change, change);
  });

  test('a map leaf that was changed is noticed at start', async () => {
    const change = 'UPDATE map_leaf SET value = set_byte(value, 0, get_byte(value, 0) # 1) WHERE key = (SELECT key FROM map_leaf ORDER BY key LIMIT 1)';
    await tampered(change, change);
  });

  test('a seal row that says another time is noticed at start', async () => {
    await tamper('ALTER TABLE log_seal DISABLE TRIGGER ALL', 'UPDATE log_seal SET time_sec = time_sec + 7 WHERE number = (SELECT max(number) FROM log_seal)');
    await expect(open()).rejects.toThrow(/seal/);
    await tamper('UPDATE log_seal SET time_sec = time_sec - 7 WHERE number = (SELECT max(number) FROM log_seal)', 'ALTER TABLE log_seal ENABLE TRIGGER ALL');
  });

  test('a database that is older than what this machine has published is refused', async () => {
    const path = join(dataDir, 'seen.json');
    const seen = readFileSync(path, 'utf8');
    const head = JSON.parse(seen) as { seal: number };
    writeFileSync(path, JSON.stringify({ ...head, seal: head.seal + 5 }));
    await expect(open()).rejects.toThrow(/old copy would fork the log/);
    writeFileSync(path, seen);
  });

  test('a database that tells another history than this machine has published is refused', async () => {
    const path = join(dataDir, 'seen.json');
    const seen = readFileSync(path, 'utf8');
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(seen) as object), namesRoot: Buffer.alloc(32).toString('base64') }));
    await expect(open()).rejects.toThrow(/not the one that this machine has published/);
    writeFileSync(path, 'nonsense');
    await expect(open()).rejects.toThrow(/cannot be read/);
    writeFileSync(path, seen);
  });

  test('a registry without its keys, or with those of another, is refused', async () => {
    const path = join(dataDir, 'keys.json');
    const keys = readFileSync(path, 'utf8');
    rmSync(path);
    await expect(open()).rejects.toThrow(/keys are not at/);
    const other = JSON.parse(keys) as { names: string; policy: string[] };
    writeFileSync(path, JSON.stringify({ ...other, names: Buffer.alloc(32, 7).toString('base64') }), { mode: 0o600 });
    await expect(open()).rejects.toThrow(/not the keys of the registry/);
    writeFileSync(path, keys, { mode: 0o600 });
  });

  test('a registry with a public name does not start on the sandbox, whatever the environment says', async () => {
    const folder = newDataDir();
    const url = kind === 'postgres' ? await postgres.createDatabase() : undefined;
    await (await openTestApp({ databaseUrl: url, dataDir: folder, origin: 'mns.example', periodSec: 3_600, stripe: STRIPE })).close();
    await expect(openTestApp({ databaseUrl: url, dataDir: folder })).rejects.toThrow(/mns\.example, which is public/);
  });

  test('damage noticed while it runs stops sealing, and nothing is promised or sold any more', async () => {
    const folder = newDataDir();
    const url = kind === 'postgres' ? await postgres.createDatabase() : undefined;
    const at = await openTestApp({ databaseUrl: url, dataDir: folder });
    const { db, registry } = at.app.ctx;
    await db.sql.execute('ALTER TABLE log_entry DISABLE TRIGGER ALL');
    await db.sql.execute(`UPDATE log_entry SET bytes = set_byte(bytes, 40, get_byte(bytes, 40) # 1) WHERE log = 'proofs' AND idx = 0`);
    await expect.poll(() => at.app.loop.stats.halted, { timeout: 10_000 }).toMatch(/proofs/);
    const { number } = registry.head;
    const register = makeRegister(at.world, makeIdentity(at.world.registry, 'late'), '@too-late-now');
    expect((await post(at.url, register)).status).toBe(503);
    await expect(at.app.ctx.rehearse(register.bytes)).rejects.toThrow('overloaded');
    expect(await readHead(db)).toMatchObject({ seal: number, lastSeq: 0 });
    await at.close();
  });

  test('after all that, untouched data still opens', async () => {
    const at = await open();
    expect(at.app.ctx.registry.head.proofs.size).toBe(3);
    await at.close();
  });

  test.runIf(kind === 'embedded')('a data folder that is in use is refused to a second process', async () => {
    const at = await open();
    await expect(open()).rejects.toThrow(/in use/);
    await at.close();
  });

  test.runIf(kind === 'embedded')('an old copy of the whole database folder is refused', async () => {
    const copy = newDataDir();
    cpSync(join(dataDir, 'db'), join(copy, 'db'), { recursive: true });
    const at = await open();
    await new Promise((resolve) => at.app.ctx.registry.onSeal(resolve));
    await at.close();
    rmSync(join(dataDir, 'db'), { recursive: true });
    cpSync(join(copy, 'db'), join(dataDir, 'db'), { recursive: true });
    await expect(open()).rejects.toThrow(/old copy would fork the log/);
  });
});
