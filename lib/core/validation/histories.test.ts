import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseAssertion } from '../assertion/parse';
import { checkSignatures } from '../assertion/verify';
import { Refusal } from '../refusal';
import { batch } from '../registry/batch';
import { historyText } from './fixture-histories';
import { historyBytes, parseHistory, type History, type HistorySeal } from './history-file';
import { invalidHistories } from './invalid-histories';
import { Replayer, ReplayMismatch } from './replay';
import { invalidTokenHistories, validTokenHistories } from './token-histories';
import { validHistories } from './valid-histories';

const FOLDER = fileURLToPath(new URL('histories/', import.meta.url));
const made = new Map<string, () => History>([
  ...Object.entries({ ...validHistories, ...validTokenHistories }).map(([name, make]): [string, () => History] => [`valid/${name}.json`, make]),
  ...Object.entries({ ...invalidHistories, ...invalidTokenHistories }).map(([name, make]): [string, () => History] => [`invalid/${name}.json`, make]),
]);

if (process.env['MNS_WRITE_HISTORIES'] === '1') {
  for (const kind of ['valid', 'invalid']) {
    rmSync(`${FOLDER}${kind}`, { force: true, recursive: true });
    mkdirSync(`${FOLDER}${kind}`, { recursive: true });
  }
  for (const [name, make] of made) writeFileSync(`${FOLDER}${name}`, historyText(make()));
}

const files = ['valid', 'invalid'].flatMap((kind) => (existsSync(`${FOLDER}${kind}`) ? readdirSync(`${FOLDER}${kind}`).map((file) => `${kind}/${file}`) : []));

function replaySeal(replayer: Replayer, seal: HistorySeal): void {
  const { names, proofs } = historyBytes(seal);
  const assertions = proofs.map((bytes) => checkSignatures(parseAssertion(bytes), undefined, replayer.state));
  replayer.replay(assertions, seal.timeSec, names ?? undefined);
}

/** faultOf replays a history's last seal and says what is wrong with it, as its file does. */
function faultOf(replayer: Replayer, seal: HistorySeal): History['fault'] {
  const { names, proofs } = historyBytes(seal);
  const first = { names: replayer.edges.names.size, proofs: replayer.edges.proofs.size };
  const assertions = proofs.map((bytes) => checkSignatures(parseAssertion(bytes)));
  try {
    replayer.replay(assertions, seal.timeSec, names ?? undefined);
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (!(error instanceof ReplayMismatch)) return { code: error.code, index: first.names + (names?.length ?? 0) - 1, log: 'names' };
    if (error.log === 'names') return { code: error.code, index: error.index, log: error.log };
    // What the replayer says of an assertion that can't be sealed holds the code of its refusal.
    const { due, edges, last, map, state } = replayer;
    const computed = batch({ due, edges, last, map, pending: assertions, state, timeSec: seal.timeSec });
    computed.staged.abort();
    return { code: computed.refused[0]?.code ?? '', index: error.index, log: error.log };
  }
}

test.each(files.filter((file) => file.startsWith('valid/')))('%s replays, entry by entry', (file) => {
  const history = parseHistory(readFileSync(FOLDER + file));
  const replayer = Replayer.fromGenesis();
  for (const seal of history.seals) replaySeal(replayer, seal);
  expect([history.fault, history.seals.every(({ names }) => names !== null)]).toEqual([null, true]);
});

test.each(files.filter((file) => file.startsWith('invalid/')))('%s is refused at its last seal, there and for that', (file) => {
  const { fault, seals } = parseHistory(readFileSync(FOLDER + file));
  const replayer = Replayer.fromGenesis();
  for (const seal of seals.slice(0, -1)) replaySeal(replayer, seal);
  expect(fault).not.toBeNull();
  expect(faultOf(replayer, seals.at(-1) as HistorySeal)).toEqual(fault);
  expect(file.startsWith(`invalid/${fault?.code}--`)).toBe(true);
});

test('the files are those that the code makes, all of them', () => {
  expect([...files].sort()).toEqual([...made.keys()].sort());
  for (const [name, make] of made) expect(readFileSync(FOLDER + name, 'utf8'), name).toBe(historyText(make()));
});
