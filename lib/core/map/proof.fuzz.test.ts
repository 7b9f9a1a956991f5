import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { toBase64 } from '../bytes/base64';
import type { Json } from '../bytes/canonical-json';
import { Refusal } from '../refusal';
import { EMPTY_MAP_ROOT } from './hash';
import { type MapProof, mapProofFromJson, mapProofToJson, verifyMapProof } from './proof';
import { MapTree, type MapWrite } from './tree';

function refusesOnly<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

function accepts(root: Uint8Array, key: Uint8Array, value: Uint8Array | null, proof: MapProof): boolean {
  return refusesOnly(() => (verifyMapProof(root, key, value, proof), true)) ?? false;
}

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
/** Keys that share long beginnings, so that trees get deep. */
const nearKey = fc.tuple(fc.constantFrom(0, 1, 30, 31), fc.nat(255), fc.constantFrom(0, 128, 255)).map(([at, byte, fill]) => new Uint8Array(32).fill(fill, 0, at).fill(byte, at, at + 1));
const writes = fc.uniqueArray(fc.record({ key: fc.oneof(bytes32, nearKey), value: bytes32 }), { maxLength: 40, selector: ({ key }) => toBase64(key) });

function mapOf(pairs: MapWrite[]): MapTree {
  const tree = new MapTree();
  tree.stage(pairs).commit();
  return tree;
}

/** Every way to change one thing in a proof. */
function* mutations(proof: MapProof): Generator<MapProof> {
  const copy = (): MapProof => structuredClone(proof);
  yield { ...copy(), found: !proof.found };
  yield { ...copy(), other: proof.other === null ? { key: new Uint8Array(32), value: new Uint8Array(32) } : null };
  for (let bit = 0; bit < 512 && proof.other !== null; bit += 7) {
    const changed = copy();
    const half = bit < 256 ? changed.other?.key : changed.other?.value;
    if (half !== undefined) half[(bit % 256) >> 3] = (half[(bit % 256) >> 3] as number) ^ (1 << (bit & 7));
    yield changed;
  }
  for (let i = 0; i < proof.path.length; i++) {
    const flipped = copy();
    const sibling = flipped.path[i]?.sibling as Uint8Array;
    sibling[i % 32] = (sibling[i % 32] as number) ^ 0x10;
    yield flipped;
    for (const delta of [-256, -1, 0.5, 1, 8, 256]) {
      const moved = copy();
      (moved.path[i] as { bit: number }).bit += delta;
      yield moved;
    }
    const short = copy();
    (short.path[i] as { sibling: Uint8Array }).sibling = sibling.slice(1);
    yield short;
    const dropped = copy();
    dropped.path.splice(i, 1);
    yield dropped;
    const doubled = copy();
    doubled.path.splice(i, 0, structuredClone(doubled.path[i] as MapProof['path'][number]));
    yield doubled;
  }
  yield { ...copy(), path: [{ bit: 255, sibling: new Uint8Array(32) }, ...copy().path] };
  yield { ...copy(), path: [...copy().path, { bit: 0, sibling: new Uint8Array(32) }] };
  if (proof.path.length > 1) yield { ...copy(), path: copy().path.toReversed() };
}

test('every key of a map is proved, every other key is proved absent, and no changed proof is accepted', () => {
  fc.assert(
    fc.property(writes, fc.array(fc.oneof(bytes32, nearKey), { maxLength: 5 }), bytes32, (pairs, others, wrong) => {
      const tree = mapOf(pairs);
      const root = tree.root();
      for (const key of [...pairs.slice(0, 5).map(({ key }) => key), ...others]) {
        const value = tree.get(key);
        const proof = tree.prove(key);
        expect(accepts(root, key, value, proof)).toBe(true);
        expect(accepts(root, key, value === null ? wrong : null, proof)).toBe(false);
        if (value !== null) expect(accepts(root, key, wrong, proof)).toBe(toBase64(wrong) === toBase64(value));
        if (pairs.length > 0) expect(accepts(EMPTY_MAP_ROOT, key, value, proof)).toBe(false);
        for (const changed of mutations(proof)) if (accepts(root, key, value, changed)) throw new Error(`accepted: ${JSON.stringify(mapProofToJson(changed))}`);
      }
    }),
    { numRuns: 60 },
  );
});

test('no proof of one key serves another', () => {
  fc.assert(
    fc.property(writes, bytes32, (pairs, stranger) => {
      fc.pre(pairs.length > 1);
      const tree = mapOf(pairs);
      for (const [i, { key, value }] of pairs.entries()) {
        const next = pairs[(i + 1) % pairs.length] as MapWrite;
        expect(accepts(tree.root(), next.key, next.value, tree.prove(key)) && toBase64(key) !== toBase64(next.key)).toBe(false);
        expect(accepts(tree.root(), key, null, tree.prove(stranger))).toBe(false);
        expect(accepts(tree.root(), stranger, value, tree.prove(key))).toBe(false);
      }
    }),
    { numRuns: 100 },
  );
});

test('every proof reads back from its wire form as it was', () => {
  fc.assert(
    fc.property(writes, fc.oneof(bytes32, nearKey), (pairs, key) => {
      const tree = mapOf(pairs);
      for (const k of [key, ...pairs.map((pair) => pair.key)]) {
        const proof = tree.prove(k);
        expect(mapProofFromJson(JSON.parse(JSON.stringify(mapProofToJson(proof))) as Json)).toEqual(proof);
      }
    }),
    { numRuns: 100 },
  );
});

test('whatever the codec reads it writes back the same, and it throws nothing but refusals', () => {
  const base64 = fc.oneof(
    fc.uint8Array({ maxLength: 140 }).map(toBase64),
    fc.array(fc.tuple(fc.nat(255), fc.nat(255)), { maxLength: 6 }).map((steps) => toBase64(new Uint8Array(steps.toSorted((a, b) => b[0] - a[0]).flatMap(([bit, fill]) => [bit, ...new Uint8Array(32).fill(fill)])))),
    fc.string({ maxLength: 90 }),
  );
  const other = fc.oneof(fc.constant(null), fc.uint8Array({ minLength: 63, maxLength: 65 }).map(toBase64), fc.string());
  const shaped = fc.record({ found: fc.oneof(fc.boolean(), fc.constant(null)), other, path: base64 }, { requiredKeys: ['path'] });
  const any = fc.oneof(shaped, fc.jsonValue());
  let read = 0;
  fc.assert(
    fc.property(any, (json) => {
      const proof = refusesOnly(() => mapProofFromJson(json as Json));
      if (proof === null) return;
      read++;
      expect(mapProofToJson(proof)).toEqual(json);
      accepts(new Uint8Array(32), new Uint8Array(32), null, proof);
    }),
    { numRuns: 5000 },
  );
  expect(read).toBeGreaterThan(50);
});
