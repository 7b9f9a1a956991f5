import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Refusal } from '../refusal';
import { NotShown, PartialMap } from './partial';
import { MapTree } from './tree';

const bytes32 = fc.uint8Array({ maxLength: 32, minLength: 32 });
// Few different bits, so that paths are shared and split.
const key = fc.tuple(fc.nat(40), fc.nat(3)).map(([a, b]) => new Uint8Array(32).fill(a * 5).fill(b, 30));

test('a partial map with the proofs of what is written gives the root and size of the whole map', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, bytes32)), fc.array(fc.tuple(key, bytes32), { minLength: 1 }), fc.array(key), (first, second, others) => {
      const whole = new MapTree();
      whole.stage(first.map(([key, value]) => ({ key, value }))).commit();
      const shown = [...second.map(([key]) => key), ...others].map((key) => ({ key, proof: whole.prove(key), value: whole.get(key) }));
      const partial = new PartialMap(whole.root(), whole.size, shown);
      const writes = second.map(([key, value]) => ({ key, value }));
      const expected = whole.stage(writes);
      const found = partial.stage(writes);
      expect({ root: found.root, size: found.size }).toEqual({ root: expected.root, size: expected.size });
    }),
  );
});

test('a write to a key that no proof shows is refused, not guessed', () => {
  const whole = new MapTree();
  whole.stage([0, 64, 128, 255].map((fill) => ({ key: new Uint8Array(32).fill(fill), value: new Uint8Array(32) }))).commit();
  const shown = new Uint8Array(32);
  const partial = new PartialMap(whole.root(), whole.size, [{ key: shown, proof: whole.prove(shown), value: whole.get(shown) }]);
  const other = { key: new Uint8Array(32).fill(255), value: new Uint8Array(32) };
  expect(() => partial.stage([other])).toThrow(NotShown);
  expect(() => new PartialMap(new Uint8Array(32), 4, [{ key: shown, proof: whole.prove(shown), value: whole.get(shown) }])).toThrow(Refusal);
});
