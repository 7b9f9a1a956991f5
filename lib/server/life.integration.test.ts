import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeIdentity, makeRegister, makeReserve, makeRootUpdate, makeRotate, makeUpdate, nextIdentity } from '../core/assertion/fixtures';
import { openReceipt } from '../core/assertion/receipt';
import { fromBase64, toBase64 } from '../core/bytes/base64';
import { openCheckpoint } from '../core/checkpoint/checkpoint';
import { parseVkey } from '../core/note/vkey';
import type { RecordEntry } from '../core/registry/state';
import { appendLeaves, emptyEdge, headOf } from '../core/tlog/edge';
import { leafHash } from '../core/tlog/hash';
import { verifyInclusion } from '../core/tlog/inclusion';
import { parseBundle } from '../core/tlog/bundle';
import { formatTilePath, TILE_WIDTH } from '../core/tlog/tile-path';
import type { EntryInfo, LogInfo, SealEvent } from '../client/wire';
import { startPostgres, type TestPostgres } from '../storage/postgres-for-tests';
import { accept, failures, getJson, openTestApp, proved, request, sealed, type TestApp } from './app-for-tests';

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

describe.each(['embedded', 'postgres'] as const)('%s', (kind) => {
  let test1: TestApp;
  const open = async (dataDir?: string, url?: string) => openTestApp({ databaseUrl: url, ...(dataDir === undefined ? {} : { dataDir }) });
  let databaseUrl: string | undefined;

  beforeAll(async () => {
    databaseUrl = kind === 'postgres' ? await postgres.createDatabase() : undefined;
    test1 = await open(undefined, databaseUrl);
  });
  afterAll(() => test1.close());

  const recordOf = async (name: string): Promise<RecordEntry> => {
    const state = await proved(test1.url, `names/${name}`, test1.world.registry);
    expect(failures(state)).toEqual([]);
    if (state.record === null) throw new Error(`@${name} has no record`);
    return state.record;
  };

  test('an accepted registration is promised, sealed within its period, and proved to a light client', async () => {
    const { url, world } = test1;
    const alice = makeIdentity(world.registry, 'alice');
    const register = makeRegister(world, alice, '@Alice-Cooper');
    const absent = await proved(url, 'names/alice-cooper', world.registry);
    expect([failures(absent), absent.ok, absent.present]).toEqual([[], true, false]);

    const { bySeal, receipt } = await accept(url, register);
    expect(openReceipt(receipt, world.registry, [world.registrar.text])).toEqual({ assertion: register.hash, bySeal, registry: world.registry });
    const shown = await sealed(url, register);
    expect(shown).toMatchObject({ state: 'sealed', seal: bySeal, problem: null });

    const state = await proved(url, 'names/alice-cooper', world.registry);
    expect([failures(state), state.ok, state.present]).toEqual([[], true, true]);
    expect(state.record).toMatchObject({ name: 'alice-cooper', display: 'Alice-Cooper', udf: alice.udf, tenure: 0 });
    expect(state.index).toBe(shown.nameIndex);
    const identity = await proved(url, `identities/${alice.udf}`, world.registry);
    expect([failures(identity), identity.identity?.number]).toEqual([[], 0]);
    const pinned = await proved(url, 'names/alice-cooper.0', world.registry);
    expect([failures(pinned), pinned.present]).toEqual([[], true]);
  });

  test('the same assertion again gets the same promise, before and after its seal', async () => {
    const { url, world } = test1;
    const register = makeRegister(world, makeIdentity(world.registry, 'bob'), '@bob-the-first');
    const first = await accept(url, register);
    const [second, third] = await Promise.all([accept(url, register), accept(url, register)]);
    expect([second, third]).toEqual([first, first]);
    await sealed(url, register);
    expect(await accept(url, register)).toEqual(first);
  });

  test('updates by holder and by root, and a rotation, follow each other and stay provable', async () => {
    const { url, world } = test1;
    const carol = makeIdentity(world.registry, 'carol');
    await accept(url, makeRegister(world, carol, '@caroline'));
    await sealed(url, makeRegister(world, carol, '@caroline'));
    const update = makeUpdate(world, carol, await recordOf('caroline'), { service: 'example.net', dns: ['192.0.2.7'] });
    // Both say the whole record: what the root signs does not depend on what the holder's key signed before.
    const rootUpdate = makeRootUpdate(world, carol, await recordOf('caroline'), { display: 'CAROLINE', service: 'example.net', dns: ['192.0.2.7'] });
    await accept(url, update);
    await accept(url, rootUpdate);
    await sealed(url, rootUpdate);
    expect(await recordOf('caroline')).toMatchObject({ changes: 1, root: { changes: 1 } });
    const later = makeUpdate(world, carol, await recordOf('caroline'), { service: 'example.org' });
    await accept(url, later);
    await sealed(url, later);
    const rotated = nextIdentity(carol);
    const rotate = makeRotate(world, carol, rotated);
    await accept(url, rotate);
    await sealed(url, rotate);
    // The record's own assertion was signed with the key that is replaced now: the proof shows the certificate of that key too.
    expect(await recordOf('caroline')).toMatchObject({ service: 'example.org', dns: ['192.0.2.7'] });
  });

  test('a reservation by the policy keys is sealed like everything else', async () => {
    const { url, world } = test1;
    const reserve = makeReserve(world, 'kept');
    await accept(url, reserve);
    expect(await sealed(url, reserve)).toMatchObject({ state: 'sealed' });
  });

  test('tiles and bundles rebuild both signed roots, and every entry page proves its entry', async () => {
    const { url } = test1;
    const { logs } = test1.app.ctx.registry.policy();
    for (const log of ['names', 'proofs'] as const) {
      const checkpoint = openCheckpoint((await request(`${url}/tlog/${log}/checkpoint`)).text, logs[log].map(parseVkey));
      let edge = emptyEdge();
      for (let first = 0; first < checkpoint.size; first += TILE_WIDTH) {
        const width = Math.min(TILE_WIDTH, checkpoint.size - first);
        const path = (level: number | 'entries') => formatTilePath({ level, index: first / TILE_WIDTH, width });
        const bundle = await fetch(`${url}/tlog/${log}/${path('entries')}`);
        const entries = parseBundle(new Uint8Array(await bundle.arrayBuffer()), width);
        const hashes = new Uint8Array(await (await fetch(`${url}/tlog/${log}/${path(0)}`)).arrayBuffer());
        const leaves = entries.map(leafHash);
        expect(Buffer.concat(leaves).equals(hashes)).toBe(true);
        edge = appendLeaves(edge, leaves).edge;
      }
      expect(headOf(edge)).toEqual({ size: checkpoint.size, root: checkpoint.root });
      for (const index of [0, checkpoint.size - 1]) {
        const entry = await getJson<EntryInfo>(`${url}/api/v1/entries/${log}/${index}`);
        const head = openCheckpoint(entry.checkpoint, logs[log].map(parseVkey));
        verifyInclusion(leafHash(fromBase64(entry.bytes)), index, head, entry.proof.map((hash) => fromBase64(hash, 32)));
      }
    }
  });

  test('a reader who saw an older checkpoint is shown that nothing changed', async () => {
    const { url, world, app } = test1;
    const old = { size: app.ctx.registry.head.names.size, root: toBase64(app.ctx.registry.head.names.root) };
    await new Promise((resolve) => app.ctx.registry.onSeal(resolve));
    const state = await proved(url, `names/caroline?from=${old.size}`, world.registry, old);
    expect([failures(state), state.steps.find((step) => step.code === 'consistency')?.state]).toEqual([[], 'ok']);
  });

  test('the log page has seals and entries, newest first, each assertion paired with what it made', async () => {
    const info = await getJson<LogInfo>(`${test1.url}/api/v1/log`);
    expect(info.seals.length).toBe(Math.min(10, (info.seals[0]?.number ?? 0) + 1));
    expect(info.seals.map(({ number }) => number)).toEqual(info.seals.map(({ number }) => number).sort((a, b) => b - a));
    const proofs = info.entries.filter(({ log }) => log === 'proofs');
    expect(proofs.at(-1)).toMatchObject({ index: 0, seal: 0, paired: { log: 'names', index: 0 } });
    for (const { paired, log } of info.entries) if (paired !== null) expect(paired.log).not.toBe(log);
  });

  test('the event stream tells the newest seal at once and then each new one', async () => {
    const stop = new AbortController();
    const response = await fetch(`${test1.url}/api/v1/events`, { signal: stop.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      if ((text.match(/^event: seal$/gm) ?? []).length >= 3) break;
    }
    stop.abort();
    const seals = [...text.matchAll(/^data: (.*)$/gm)].map((match) => (JSON.parse(match[1] ?? '') as SealEvent).seal);
    expect(seals).toEqual([seals[0], (seals[0] ?? 0) + 1, (seals[0] ?? 0) + 2]);
  });

  test('after a restart the same registry goes on where it was', async () => {
    const { registry, names } = { registry: test1.world.registry, names: test1.app.ctx.registry.head.names.size };
    await test1.close();
    test1 = await open(test1.dataDir, databaseUrl);
    expect(test1.world.registry).toBe(registry);
    expect(test1.app.ctx.registry.head.names.size).toBeGreaterThanOrEqual(names);
    const dave = makeRegister(test1.world, makeIdentity(registry, 'dave'), '@dave-again');
    await accept(test1.url, dave);
    expect(await sealed(test1.url, dave)).toMatchObject({ state: 'sealed' });
    expect(await recordOf('caroline')).toMatchObject({ service: 'example.org' });
  });
});
