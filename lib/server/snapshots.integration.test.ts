import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeIdentity, makeRegister } from '../core/assertion/fixtures';
import { toBase64 } from '../core/bytes/base64';
import { openCheckpoint } from '../core/checkpoint/checkpoint';
import { parseVkey } from '../core/note/vkey';
import { parseBundle } from '../core/tlog/bundle';
import { type Edge, edgeFromTiles } from '../core/tlog/edge';
import { bundleAt, formatTilePath } from '../core/tlog/tile-path';
import { Replayer } from '../core/validation/replay';
import { openSnapshotPart, parseSnapshotList, type SnapshotItem, type SnapshotList } from '../core/validation/snapshot-file';
import { startPostgres, type TestPostgres } from '../storage/postgres-for-tests';
import { accept, newDataDir, openTestApp, request, sealed, type TestApp } from './app-for-tests';

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

async function bytesAt(url: string): Promise<Uint8Array> {
  const answer = await fetch(url);
  if (answer.status !== 200) throw new Error(`${url}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function newestOf(url: string, fromSeal: number): Promise<SnapshotList> {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await request(`${url}/snapshots/newest`);
    const list = answer.status === 200 ? parseSnapshotList(Buffer.from(answer.text)) : null;
    if (list !== null && list.seal >= fromSeal) return list;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no snapshot of seal ${fromSeal} or later`);
}

async function edgeAt(url: string, log: 'names' | 'proofs', size: number): Promise<Edge> {
  const tiles = new Map<string, Uint8Array>();
  const missing: string[] = [];
  const collect = (): Edge =>
    edgeFromTiles(size, (ref) => {
      const path = formatTilePath(ref);
      if (!tiles.has(path)) missing.push(path);
      return tiles.get(path) ?? new Uint8Array(ref.width * 32);
    });
  collect();
  for (const path of missing) tiles.set(path, await bytesAt(`${url}/tlog/${log}/${path}`));
  return collect();
}

/** replayerFrom goes on from the newest snapshot as a stranger would, with nothing but what the server serves. */
async function replayerFrom({ url }: TestApp, list: SnapshotList): Promise<Replayer> {
  const items: SnapshotItem[] = [];
  for (const part of list.parts) items.push(...openSnapshotPart(await bytesAt(`${url}/snapshots/${part.path}`), part, list.names.size));
  const index = list.names.size - 1;
  const bundle = bundleAt(index, list.names.size);
  const entries = parseBundle(await bytesAt(`${url}/tlog/names/${formatTilePath(bundle)}`), bundle.width);
  const edges = { names: await edgeAt(url, 'names', list.names.size), proofs: await edgeAt(url, 'proofs', list.proofs.size) };
  return Replayer.fromSnapshot({ edges, items, seal: { bytes: entries.at(-1) as Uint8Array, index } });
}

describe.each(['embedded', 'postgres'] as const)('%s', (kind) => {
  let app: TestApp;
  let dataDir: string;

  beforeAll(async () => {
    dataDir = newDataDir();
    // What a process that was killed has left, and something of somebody else's.
    mkdirSync(join(dataDir, 'snapshots', 'draft-7-1'), { recursive: true });
    writeFileSync(join(dataDir, 'snapshots', 'draft-7-1', '0'), 'half a part');
    app = await openTestApp({ databaseUrl: kind === 'postgres' ? await postgres.createDatabase() : undefined, dataDir, snapshotSeals: 1 });
  });
  afterAll(() => app.close());

  test('a snapshot is made at once and then every few seals, each of one seal, and replay goes on from it', async () => {
    const { url, world } = app;
    const first = await newestOf(url, 0);
    const registers = [1, 2, 3].map((i) => makeRegister(world, makeIdentity(world.registry, `holder ${i}`), `snapshotname${i}`));
    for (const register of registers) await accept(url, register);
    const seals = await Promise.all(registers.map((register) => sealed(url, register)));
    const list = await newestOf(url, Math.max(...seals.map(({ seal }) => seal ?? 0)));
    expect(list.seal).toBeGreaterThan(first.seal);
    expect(list.registry).toBe(world.registry);
    expect(list.map.size).toBe(first.map.size + 6);
    const heads = (await replayerFrom(app, list)).heads();
    for (const log of ['names', 'proofs'] as const) {
      const checkpoint = openCheckpoint(list[log].note, parseVkey(app.app.ctx.registry.policy().logs[log][0] as string));
      expect([checkpoint.size, toBase64(checkpoint.root)]).toEqual([list[log].size, list[log].root]);
      expect(heads[log]).toEqual({ root: checkpoint.root, size: checkpoint.size });
    }
  });

  test('the newest two are kept, and nothing that is half written', async () => {
    await newestOf(app.url, (await newestOf(app.url, 0)).seal + 2);
    const folder = join(dataDir, 'snapshots');
    const kept = () => readdirSync(folder).filter((name) => !name.startsWith('draft-'));
    // A third is there for the moment between a new one's coming and the oldest one's going.
    await expect.poll(() => kept().length, { interval: 5 }).toBe(2);
    expect(existsSync(join(folder, 'draft-7-1'))).toBe(false);
    const newest = String(Math.max(...kept().map(Number)));
    const list = parseSnapshotList(readFileSync(join(folder, newest, 'list.json')));
    expect(readdirSync(join(folder, newest)).toSorted()).toEqual(['list.json', ...list.parts.map((_, number) => String(number))].toSorted());
  });

  test('anybody may read it: parts are kept for ever, the list is asked for anew, and nothing else of the folder is given', async () => {
    const list = await newestOf(app.url, 0);
    const at = `${app.url}/snapshots/${list.parts[0]?.path}`;
    const part = await request(at);
    expect([part.status, part.headers.get('cache-control'), part.headers.get('access-control-allow-origin')]).toEqual([200, 'public, max-age=604800, immutable', '*']);
    expect((await request(at, { headers: { 'if-none-match': part.headers.get('etag') ?? '' } })).status).toBe(304);
    expect((await request(`${app.url}/snapshots/newest`)).headers.get('cache-control')).toBe('no-store');
    expect((await fetch(at, { method: 'HEAD' })).headers.get('content-length')).toBe(String(list.parts[0]?.sizeBytes));
    for (const path of [`${list.seal}/list.json`, `${list.seal}`, `${list.seal}/${list.parts.length}`, `${list.seal}/0/0`, '0/00', `${list.seal}/..%2f..%2fkeys.json`, '..%2fkeys.json/0', 'oldest']) {
      expect((await request(`${app.url}/snapshots/${path}`)).status).toBe(404);
    }
  });
});
