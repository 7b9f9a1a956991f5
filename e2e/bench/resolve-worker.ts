import { CopyReader } from '@/lib/copy/copy-reader';
import { NameTable } from '@/lib/core/resolution/name-table';
import { parseAddress } from '@/lib/core/resolution/address';
import { resolve } from '@/lib/core/resolution/resolve';
import { provideFastCrypto } from '@/lib/native/fast-hash';
import { Names } from '@/lib/cli/names/open-names';
import { answerWith } from './processes';
import { nameOf } from './names';
import { rateOf } from './rounds';

/** ResolveJob asks for one way of starting and, where `lookups` is not 0, for rates. */
export interface ResolveJob {
  dir: string;
  names: number;
  lookups: number;
}

/** ResolveResult: `bytesAName` is what the table takes in memory without the names' own bytes being left out. */
export interface ResolveResult {
  openSec: number;
  bytesAName: number;
  rowsPerSec: number;
  tenuresPerSec: number;
  resolvesPerSec: number;
}

answerWith(async ({ dir, names: count, lookups }: ResolveJob): Promise<ResolveResult> => {
  provideFastCrypto();
  const copy = CopyReader.open(dir);
  const startMs = performance.now();
  const names = await Names.open({ copy, seed: 1 });
  const openSec = (performance.now() - startMs) / 1000;
  const table = names.table() ?? new NameTable(1);
  if (table.names !== count) throw new Error(`the table holds ${table.names} names`);
  const asked = Array.from({ length: lookups }, (_, i) => nameOf((i * 7_919_123) % count));
  const bytes = asked.map((name) => Buffer.from(name));
  const nowSec = table.asOf().timeSec;
  const rates = { rowsPerSec: 0, tenuresPerSec: 0, resolvesPerSec: 0 };
  if (lookups > 0) {
    rates.rowsPerSec = await rateOf(lookups, 3, () => {
      for (const name of bytes) if (table.rowOf(name, 0, name.length) < 0) throw new Error('a name is missing');
    });
    rates.tenuresPerSec = await rateOf(lookups, 3, () => {
      for (const name of asked) if (table.tenure(name, null) === null) throw new Error('a name is missing');
    });
    rates.resolvesPerSec = await rateOf(lookups, 3, () => {
      for (const name of asked) resolve(parseAddress(`@${name}`), table, { nowSec });
    });
  }
  await names.close();
  copy.close();
  return { openSec, bytesAName: table.sizeBytes / count, ...rates };
});
