import { expect, test } from 'vitest';
import { makeIdentity, makeRegister, makeRegistry, makeUpdate } from '../core/assertion/fixtures';
import { FixtureLog } from '../core/registry/fixture-log';
import { encodeEntry, nameKey, readRecord } from '../core/registry/state';
import { BehindError, StateCache } from './state-cache';

const keys = (from: number, end: number) => Array.from({ length: end - from }, (_, i) => new Uint8Array(32).fill(from + i));
const emptyCache = (maxItems: number) => new StateCache({ value: () => null, read: () => Promise.resolve([]) }, maxItems);

test('all that one call loads can be read after it, however much more than the cache holds it is', async () => {
  const cache = emptyCache(10);
  await cache.load(keys(0, 100));
  for (const key of keys(0, 100)) expect(cache.get(key)).toBeNull();
});

test('what was loaded stays while others load less than half of what the cache holds', async () => {
  const cache = emptyCache(10);
  await cache.load(keys(0, 100));
  await cache.load(keys(100, 104));
  for (const key of keys(0, 104)) expect(cache.get(key)).toBeNull();
});

test('what nobody asks for any more is dropped', async () => {
  const cache = emptyCache(10);
  await cache.load(keys(0, 100));
  for (let at = 100; at < 120; at += 5) await cache.load(keys(at, at + 5));
  for (const key of keys(0, 100)) expect(() => cache.get(key)).toThrow('loaded before it is read');
});

test('a seal that comes while the database still answers with what was before it is not overwritten', async () => {
  const world = makeRegistry();
  const log = new FixtureLog(world);
  const holder = makeIdentity(world.registry, 'holder');
  log.seal([makeRegister(world, holder, '@alice-cooper')]);
  const key = nameKey('alice-cooper');
  const before = readRecord(log.state, 'alice-cooper');
  if (before === null) throw new Error('the name is sealed');
  const bytes = encodeEntry(before.entry);
  const cache: StateCache = new StateCache({
    value: (wanted) => log.map.get(wanted),
    read: () => {
      cache.put(log.seal([makeUpdate(world, holder, before.entry, { service: 'other.example' })]).writes);
      return Promise.resolve([{ key, nameIndex: before.index, bytes }]);
    },
  });
  await expect(cache.load([key])).rejects.toThrow(BehindError);
  await cache.load([key]);
  expect(cache.get(key)?.entry).toMatchObject({ service: 'other.example' });
});
