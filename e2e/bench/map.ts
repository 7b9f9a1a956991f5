import { createHash } from 'node:crypto';
import { mapFromSorted } from '@/lib/core/map/build';
import type { MapTree } from '@/lib/core/map/tree';
import { bareHashes, hashesOf } from './hash-count';
import type { Report } from './report';
import { type Bench, median, rateOf, secondsOf } from './rounds';

const PART = 'map';
const WRITES = 20_000;

/** benchMap measures a seal's writes in the map, and proofs from it, beside the bare hashes. */
export async function benchMap(bench: Bench, report: Report): Promise<void> {
  const leaves = bench.quick ? 200_000 : 2_000_000;
  bench.progress(`building ${leaves} leaves`);
  const { keys, values } = sortedLeaves(leaves);
  let map: MapTree | null = null;
  const seconds = await secondsOf(() => (map = mapFromSorted(keys, values)));
  const tree = built(map);
  const hashes = await bareHashes();
  report.add(PART, { what: `leaves built in order, ${leaves.toLocaleString('en-US')}`, ours: leaves / seconds, unit: '/s', limit: { name: 'bare SHA-256 of 65 bytes, two a leaf,', value: hashes / 2 } });

  const rounds = bench.quick ? 3 : 5;
  const rates: number[] = [];
  for (let round = -1; round < rounds; round++) {
    bench.progress(`staging ${WRITES} new leaves, round ${round + 1} of ${rounds}`);
    const writes = Array.from({ length: WRITES }, (_, i) => ({ key: digest(`new ${round} ${i}`), value: digest(`value ${i}`) }));
    const staging = await secondsOf(() => tree.stage(writes).commit());
    if (round >= 0) rates.push(WRITES / staging);
  }
  const counted = Array.from({ length: WRITES }, (_, i) => ({ key: digest(`counted ${i}`), value: digest(`value ${i}`) }));
  const perWrite = hashesOf(() => tree.stage(counted).abort()) / WRITES;
  report.add(PART, {
    what: `new leaves staged and committed, ${WRITES.toLocaleString('en-US')} at once on ${leaves.toLocaleString('en-US')}`,
    ours: median(rates),
    unit: '/s',
    limit: { name: `bare SHA-256 of 65 bytes, ${perWrite.toFixed(1)} a leaf,`, value: hashes / perWrite },
  });

  const wanted = Array.from({ length: 20_000 }, (_, i) => keys.slice(((i * 7_919) % leaves) * 32, ((i * 7_919) % leaves) * 32 + 32));
  const proofs = await rateOf(wanted.length, bench.quick ? 3 : 5, () => {
    for (const key of wanted) if (!tree.prove(key).found) throw new Error('a leaf is missing');
  });
  report.add(PART, { what: `proofs made, of about ${Math.round(Math.log2(leaves))} steps`, ours: proofs, unit: '/s', limit: { name: 'bare SHA-256 of 65 bytes, one a proof,', value: hashes } });
}

function built(map: MapTree | null): MapTree {
  if (map === null) throw new Error('the map was not built');
  return map;
}

function digest(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest());
}

/** sortedLeaves spreads keys evenly: ascending first bytes, random rest, as hashes are. */
function sortedLeaves(count: number): { keys: Uint8Array; values: Uint8Array } {
  const keys = new Uint8Array(count * 32);
  const values = new Uint8Array(count * 32);
  const view = new DataView(keys.buffer);
  for (let i = 0; i < count; i++) {
    const noise = digest(`leaf ${i}`);
    keys.set(noise, i * 32);
    values.set(noise, i * 32);
    view.setUint32(i * 32, Math.floor(((i + (noise[5] ?? 0) / 256) / count) * 2 ** 32));
  }
  return { keys, values };
}
