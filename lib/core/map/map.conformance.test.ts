import { describe, expect, test } from 'vitest';
import { vectors } from '../../../.config/vectors';
import { fromHex, toHex } from '../bytes/hex';
import { verifyMapProof } from './proof';
import { MapTree } from './tree';
import { wholeTreeRoot } from './whole';

interface Golden {
  golden: { entries: { key: string; value: string }[]; root: string }[];
}

const golden = vectors<Golden>('mpt/mpt-golden.json');
describe.skipIf(golden === null)('rsc mpt: golden trees', () => {
  for (const [i, tree] of (golden?.golden ?? []).entries()) {
    test(`tree ${i}, of ${tree.entries.length} keys`, () => {
      const pairs = tree.entries.map(({ key, value }) => ({ key: fromHex(key), value: fromHex(value) }));
      const map = new MapTree();
      map.stage(pairs).commit();
      expect(toHex(map.root())).toBe(tree.root);
      expect(toHex(wholeTreeRoot(pairs))).toBe(tree.root);
      for (const { key, value } of pairs) verifyMapProof(fromHex(tree.root), key, value, map.prove(key));
    });
  }
});
