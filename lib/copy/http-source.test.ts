import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeIdentity, makeRegister, makeRegistry } from '../core/assertion/fixtures';
import { FixtureLog } from '../core/registry/fixture-log';
import { provideFastCrypto } from '../native/fast-hash';
import { type ServedSource, serveSource } from './http-for-tests';
import { httpSource } from './http-source';
import { TestSource } from './source-for-tests';

let served: ServedSource;
const log = new FixtureLog(makeRegistry('http'));

beforeAll(async () => {
  provideFastCrypto();
  log.seal(Array.from({ length: 5 }, (_, i) => makeRegister(log.world, makeIdentity(log.world.registry, `p${i}`), `person-${i}-long`)));
  served = await serveSource(new TestSource(log));
});
afterAll(() => served.close());

function source(stop = new AbortController().signal) {
  return httpSource(served.url, { backOffMs: 5, fetch, retries: 2, stop, timeoutMs: 150 });
}

test('checkpoints, tiles and bundles come as they are served, compressed on the way, and a partial tile that is gone is cut from the full one', async () => {
  const asked: string[] = [];
  served.before = (path, res) => {
    asked.push(path);
    if (!path.includes('.p/')) return false;
    res.writeHead(404).end();
    return true;
  };
  const reader = source();
  expect(Buffer.from(await reader.checkpoint('names')).toString()).toBe(log.notes().names);
  expect(await reader.checkpointAt(3)).toBeNull();
  expect(await reader.hint()).toBe(log.world.registry);
  // Nothing to cut from: the log is shorter than a tile.
  await expect(reader.tile('names', { index: 0, level: 0, width: 3 })).rejects.toMatchObject({ code: 'bad-answer' });
  served.before = () => false;
  expect(Buffer.from(await reader.tile('names', { index: 0, level: 0, width: 3 })).toString('hex')).toBe(Buffer.concat(log.leaves.names.slice(0, 3)).toString('hex'));
  expect(asked).toContain('/tlog/names/tile/0/000');
});

test('what fails for a moment is asked for again, and what goes on failing, hangs, is too long or is something else is refused by name', async () => {
  let left = 2;
  served.before = (_, res) => {
    if (left-- <= 0) return false;
    res.writeHead(left === 1 ? 503 : 500).end();
    return true;
  };
  expect((await source().checkpoint('names')).length).toBeGreaterThan(50);
  const cases: [answer: ServedSource['before'], code: string, says: RegExp][] = [
    [(_, res) => !!res.writeHead(500).end(), 'bad-answer', /500/],
    [(_, res) => !!res.writeHead(403).end(), 'bad-answer', /403/],
    [(_, res) => !!res.writeHead(404).end(), 'bad-answer', /missing/],
    [(_, res) => !!res.writeHead(200).end(Buffer.alloc(1_100_000)), 'bad-answer', /longer/],
    [(_, res) => !!res.destroy(), 'unreachable', /no whole answer/],
    [(_, res) => res.writeHead(200, { 'content-length': '5000' }).write('half of it') && !!setTimeout(() => res.destroy(), 20), 'unreachable', /no whole answer/],
    [() => new Promise((resolve) => setTimeout(() => resolve(true), 400)), 'unreachable', /too long/],
  ];
  for (const [answer, code, says] of cases) {
    served.before = answer;
    await expect(source().checkpoint('names'), String(says)).rejects.toMatchObject({ code, detail: expect.stringMatching(says) });
  }
  served.before = () => false;
  expect(() => httpSource('ftp://x.example', { fetch, stop: new AbortController().signal })).toThrow('bad-answer');
});
