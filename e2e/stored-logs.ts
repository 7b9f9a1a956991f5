import { Fsck } from '../lib/core/validation/fsck';
import { type Database } from '../lib/storage/database';
import { readHead } from '../lib/storage/heads';
import { readBalances } from '../lib/storage/ledger-store';
import { readEntries, readLeaves, readSeals, readTile, type LogName } from '../lib/storage/log-store';
import { openDatabase } from '../lib/storage/open';
import { loadMapLeaves } from '../lib/storage/state-store';

const HASH_BYTES = 32;

/**
 * checkStored opens the database that a server left behind and gives everything wrong with it, a sentence each: the logs, tiles,
 * checkpoints, records and map against what they follow from (fsck), and the books: sums, balances, and one ending for each order.
 */
export async function checkStored(options: { dataDir: string; databaseUrl?: string }): Promise<string[]> {
  const db = await openDatabase(options);
  try {
    return [...(await fsck(db)), ...(await checkBooks(db))];
  } finally {
    await db.close();
  }
}

async function fsck(db: Database): Promise<string[]> {
  const head = await readHead(db);
  if (head === null) return ['There is no head.'];
  const check = new Fsck(null);
  const first = { names: 0, proofs: 0 };
  for (const seal of await readSeals(db, 0, head.seal + 1)) {
    const read = async (log: LogName) => ({ entries: await readEntries(db, log, first[log], seal[log].size), leaves: split(await readLeaves(db, log, first[log], seal[log].size)) });
    const [names, proofs] = [await read('names'), await read('proofs')];
    const notes = { names: seal.names.note, proofs: seal.proofs.note };
    const grown = check.period({ names: names.entries, proofs: proofs.entries, leaves: { names: names.leaves, proofs: proofs.leaves }, notes });
    for (const tile of grown) check.tile(tile, await readTile(db, tile.log, tile.level, tile.index));
    first.names = seal.names.size;
    first.proofs = seal.proofs.size;
  }
  const map = await loadMapLeaves(db);
  const [keys, values] = [split(map.keys), split(map.values)];
  keys.forEach((key, at) => check.mapLeaf(key, values[at] ?? new Uint8Array()));
  const open = (await readEntries(db, 'names', first.names, Number.MAX_SAFE_INTEGER)).length;
  return check.finish({ heads: { names: head.names, proofs: head.proofs }, open, hasMap: true }).map(({ where, code, detail }) => `${where}: ${code}. ${detail}`);
}

async function checkBooks(db: Database): Promise<string[]> {
  const wrong: string[] = [];
  const balances = await readBalances(db);
  const sum = balances.reduce((total, { cents }) => total + cents, 0);
  if (sum !== 0) wrong.push(`The ledger's accounts sum up to ${sum} cents.`);
  for (const { account, cents, entriesCents } of balances) {
    if (cents !== entriesCents) wrong.push(`Account ${account} says ${cents} cents and its entries ${entriesCents}.`);
    if (account.startsWith('credit:') && cents < 0) wrong.push(`Account ${account} is ${cents} cents.`);
  }
  const twice = await db.sql.query<{ name: string; count: number }>("SELECT name, count(*) AS count FROM orders WHERE state = 'sealed' GROUP BY name HAVING count(*) > 1", []);
  for (const { name, count } of twice) wrong.push(`@${name} was sold ${count} times.`);
  return wrong;
}

function split(joined: Uint8Array): Uint8Array[] {
  return Array.from({ length: joined.length / HASH_BYTES }, (_, at) => joined.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}
