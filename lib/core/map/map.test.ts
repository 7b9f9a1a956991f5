import { expect, test } from 'vitest';
import { toHex } from '../bytes/hex';
import { sha256 } from '../bytes/sha256';
import { utf8 } from '../bytes/bytes';
import { mapFromSorted, MapBuilder } from './build';
import { EMPTY_MAP_ROOT } from './hash';
import { verifyMapProof } from './proof';
import { MapTree, type MapWrite } from './tree';
import { wholeTreeRoot } from './whole';

let seed = 7;
function random(below: number): number {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
}

function shuffled<T>(items: readonly T[]): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}

function key(...head: number[]): Uint8Array {
  const bytes = new Uint8Array(32);
  bytes.set(head);
  return bytes;
}

function hashed(text: string): Uint8Array {
  return sha256(utf8(text));
}

/** Eight keys: neighbours in the last bit, in the first bit, in the middle, and none of them. */
const last = key();
last[31] = 1;
const EIGHT = [key(), last, key(0x80), key(0x80, 0x01), key(0x80, 0x01, 0x80), key(0xff, 0xff), hashed('seven'), hashed('eight')];
const pairs = EIGHT.map((k, i) => ({ key: k, value: hashed(`value ${i}`) }));
const absent = [key(0x40), key(0x80, 0x02), key(0x80, 0x01, 0x40), key(0xff, 0xff, 0x01), hashed('absent'), key(0x7f)];

function putAll(tree: MapTree, writes: MapWrite[]): void {
  tree.stage(writes).commit();
}

function build(sorted: readonly MapWrite[]): MapTree {
  const builder = new MapBuilder(0);
  for (const { key, value } of sorted) builder.add(key, value);
  return builder.finish();
}

function inOrder(writes: readonly MapWrite[]): MapWrite[] {
  return [...writes].sort((a, b) => (toHex(a.key) < toHex(b.key) ? -1 : 1));
}

test('on all 256 subsets of eight keys the tree has the root of the definition, in any order and any batches', () => {
  for (let subset = 0; subset < 256; subset++) {
    const chosen = pairs.filter((_, i) => (subset >> i) % 2 === 1);
    const root = toHex(wholeTreeRoot(chosen));
    for (let round = 0; round < 6; round++) {
      const order = shuffled(chosen);
      const tree = new MapTree();
      const step = round === 0 ? 1 : 1 + random(8);
      for (let at = 0; at < order.length; at += step) putAll(tree, order.slice(at, at + step));
      expect(toHex(tree.root())).toBe(root);
      expect(tree.size).toBe(chosen.length);
    }
    expect(toHex(build(inOrder(chosen)).root())).toBe(root);
  }
});

test('in all 256 subsets every key is proved present and every other one absent', () => {
  for (let subset = 0; subset < 256; subset++) {
    const tree = new MapTree();
    putAll(tree, pairs.filter((_, i) => (subset >> i) % 2 === 1));
    for (const [i, { key, value }] of pairs.entries()) {
      const expected = (subset >> i) % 2 === 1 ? value : null;
      expect(tree.get(key)).toEqual(expected);
      verifyMapProof(tree.root(), key, expected, tree.prove(key));
    }
    for (const key of absent) {
      expect(tree.get(key)).toBeNull();
      verifyMapProof(tree.root(), key, null, tree.prove(key));
    }
  }
});

test('eight keys written one at a time in 2,000 orders give one root', () => {
  const roots = new Set<string>();
  for (let round = 0; round < 2000; round++) {
    const tree = new MapTree();
    for (const write of shuffled(pairs)) putAll(tree, [write]);
    roots.add(toHex(tree.root()));
  }
  expect([...roots]).toEqual([toHex(wholeTreeRoot(pairs))]);
});

test('a new value replaces the old one, the later of two in a batch counts, and an equal value changes nothing', () => {
  const tree = new MapTree();
  putAll(tree, pairs);
  const [first, second] = [hashed('first'), hashed('second')];
  putAll(tree, [
    { key: EIGHT[3] as Uint8Array, value: first },
    { key: EIGHT[3] as Uint8Array, value: second },
  ]);
  expect(tree.get(EIGHT[3] as Uint8Array)).toEqual(second);
  expect(tree.size).toBe(8);
  const now = pairs.map((pair, i) => (i === 3 ? { ...pair, value: second } : pair));
  expect(tree.root()).toEqual(wholeTreeRoot(now));
  putAll(tree, now);
  expect(tree.root()).toEqual(wholeTreeRoot(now));
});

test('an empty batch and an empty map', () => {
  const tree = new MapTree();
  const staged = tree.stage([]);
  expect(staged.root).toEqual(EMPTY_MAP_ROOT);
  staged.commit();
  expect(tree.root()).toEqual(EMPTY_MAP_ROOT);
  verifyMapProof(EMPTY_MAP_ROOT, hashed('x'), null, tree.prove(hashed('x')));
  expect(build([]).root()).toEqual(EMPTY_MAP_ROOT);
});

test('random batches, committed or aborted, keep the exact old and new map through thousands of keys', () => {
  const tree = new MapTree();
  const model = new Map<string, MapWrite>();
  for (let round = 0; round < 120; round++) {
    const writes: MapWrite[] = [];
    const known = [...model.values()];
    for (let i = random(120); i >= 0; i--) {
      const old = known[random(Math.max(1, known.length))];
      const k = old !== undefined && random(3) === 0 ? old.key : hashed(`key ${round} ${i}`);
      writes.push({ key: k, value: hashed(`value ${random(1_000_000)}`) });
    }
    const before = toHex(tree.root());
    const probe = known[random(Math.max(1, known.length))];
    const next = new Map(model);
    for (const write of writes) next.set(toHex(write.key), write);
    const staged = tree.stage(writes);
    expect(toHex(staged.root)).toBe(toHex(wholeTreeRoot(next.values())));
    expect(staged.size).toBe(next.size);
    const sample = writes[random(writes.length)] as MapWrite;
    verifyMapProof(staged.root, sample.key, next.get(toHex(sample.key))?.value ?? null, staged.prove(sample.key));
    expect(staged.get(sample.key)).toEqual(next.get(toHex(sample.key))?.value);
    // The old version is whole as long as the batch is open.
    expect(toHex(tree.root())).toBe(before);
    expect(tree.size).toBe(model.size);
    verifyMapProof(tree.root(), sample.key, model.get(toHex(sample.key))?.value ?? null, tree.prove(sample.key));
    if (probe !== undefined) verifyMapProof(tree.root(), probe.key, probe.value, tree.prove(probe.key));
    if (random(3) === 0) {
      staged.abort();
      expect(toHex(tree.root())).toBe(before);
    } else {
      staged.commit();
      for (const [name, write] of next) model.set(name, write);
      expect(tree.root()).toEqual(staged.root);
    }
  }
  expect(model.size).toBeGreaterThan(2000);
  expect(tree.root()).toEqual(wholeTreeRoot(model.values()));
  for (const { key, value } of model.values()) expect(tree.get(key)).toEqual(value);
  expect(build(inOrder([...model.values()])).root()).toEqual(tree.root());
});

test('a map built from sorted keys goes on like one that grew', () => {
  const sorted = inOrder(Array.from({ length: 3000 }, (_, i) => ({ key: hashed(`k${i}`), value: hashed(`v${i}`) })));
  const [keys, values] = [new Uint8Array(sorted.length * 32), new Uint8Array(sorted.length * 32)];
  for (const [i, write] of sorted.entries()) {
    keys.set(write.key, i * 32);
    values.set(write.value, i * 32);
  }
  const tree = mapFromSorted(keys, values);
  expect(tree.root()).toEqual(wholeTreeRoot(sorted));
  keys.fill(0);
  const more = Array.from({ length: 3000 }, (_, i) => ({ key: hashed(`k${i * 2}`), value: hashed(`w${i}`) }));
  putAll(tree, more);
  const all = new Map([...sorted, ...more].map((write) => [toHex(write.key), write]));
  expect(tree.root()).toEqual(wholeTreeRoot(all.values()));
});

test('slots of replaced and aborted nodes are used again', () => {
  const sorted = inOrder(Array.from({ length: 500 }, (_, i) => ({ key: hashed(`k${i}`), value: hashed(`v${i}`) })));
  const tree = build(sorted);
  const memory = () => structuredClone(Reflect.get(Reflect.get(tree, 'store') as object, 'bits') as Uint8Array).length;
  putAll(tree, sorted.map((write) => ({ ...write, value: hashed('once') })));
  const after = memory();
  for (let round = 0; round < 30; round++) {
    const staged = tree.stage(sorted.map((write) => ({ ...write, value: hashed(`round ${round}`) })));
    if (round % 2 === 0) staged.commit();
    else staged.abort();
  }
  expect(memory()).toBe(after);
});

test('misuse is a bug, not a result: two batches at once, a batch used twice, unsorted or repeated keys, short keys', () => {
  const tree = new MapTree();
  const staged = tree.stage(pairs);
  expect(() => tree.stage([])).toThrow('invariant');
  staged.commit();
  expect(() => staged.abort()).toThrow('invariant');
  expect(() => staged.get(key())).toThrow('invariant');
  expect(() => tree.stage([{ key: new Uint8Array(31), value: key() }])).toThrow('invariant');
  expect(() => tree.get(new Uint8Array(31))).toThrow('invariant');
  tree.stage([]).abort();
  expect(() => build([pairs[2] as MapWrite, pairs[0] as MapWrite])).toThrow('ascending');
  expect(() => build([pairs[0] as MapWrite, pairs[0] as MapWrite])).toThrow('ascending');
  expect(() => wholeTreeRoot([pairs[0] as MapWrite, pairs[0] as MapWrite])).toThrow('twice');
});

test('each gives all keys in ascending order with their values, and nothing of an empty map', () => {
  const tree = new MapTree();
  const seen: string[] = [];
  tree.each(() => seen.push('a key'));
  putAll(tree, shuffled(pairs));
  tree.each((key, value) => seen.push(`${toHex(key)} ${toHex(value)}`));
  expect(seen).toEqual(pairs.map(({ key, value }) => `${toHex(key)} ${toHex(value)}`).sort());
});
