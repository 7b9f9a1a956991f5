import { expect, test } from 'vitest';
import { fromBase64 } from '../../lib/core/bytes/base64';
import { utf8 } from '../../lib/core/bytes/bytes';
import { appendLeaves, emptyEdge, headOf, partialTiles } from '../../lib/core/tlog/edge';
import { leafHash } from '../../lib/core/tlog/hash';
import { inclusionPlan, verifyInclusion } from '../../lib/core/tlog/inclusion';
import { runPlan } from '../../lib/core/tlog/nodes';
import { pathOf } from './proof-path';

test('the path shown ends at the root for every leaf of every small tree', () => {
  for (let size = 1; size <= 33; size++) {
    const leaves = Array.from({ length: size }, (_, at) => leafHash(utf8(`entry ${at}`)));
    const { edge } = appendLeaves(emptyEdge(), leaves);
    const head = headOf(edge);
    const tile = partialTiles(edge).find(({ level }) => level === 0);
    for (let index = 0; index < size; index++) {
      const leaf = leaves[index] ?? new Uint8Array();
      const proof = runPlan(inclusionPlan(index, size), size, () => tile?.hashes ?? new Uint8Array());
      verifyInclusion(leaf, index, head, proof);
      const top = pathOf(leaf, index, size, proof).at(-1);
      expect(top ? fromBase64(top.result) : leaf).toEqual(head.root);
    }
  }
});
