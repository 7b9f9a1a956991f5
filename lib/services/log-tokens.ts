import { assertionToSign, parseAssertionEnvelope } from '../core/assertion/parse';
import type { SealTokens } from '../core/assertion/token-payloads';
import { checkSignatures, type VerifiedAssertion } from '../core/assertion/verify';
import { toBase64 } from '../core/bytes/base64';
import { concat } from '../core/bytes/bytes';
import { attach } from '../core/keys/dsse';
import { verifyCosignature } from '../core/note/cosignature';
import { parseNote, parseSignatureLine } from '../core/note/note';
import { parseVkey } from '../core/note/vkey';
import { Refusal } from '../core/refusal';
import { MAX_TOKENS, TOKEN_AHEAD_SEC } from '../core/registry/limits';
import { readTokens, readValidator } from '../core/registry/lookup';
import { tokensKey, validatorKey } from '../core/registry/state';
import { consistencyPlan } from '../core/tlog/consistency';
import { runPlan, tilesFor } from '../core/tlog/nodes';
import { TILE_WIDTH, type TileRef } from '../core/tlog/tile-path';
import { cosignaturesOf, type StoredCosignature } from '../storage/cosignature-store';
import { readTilesAt } from '../storage/log-store';
import { OPEN_SEALS } from './cosigned-note';
import { DamageError } from './edge-check';
import type { SealFacts } from './live-registry';
import type { RegistryCore } from './registry-core';
import { takeTurns } from './token-turns';

/** An assertion that nobody waits for is valid for as long as a seal could take. */
const VALID_SEC = 3_600;

/** When each key was logged last, by seal: with more tokens than fit, those logged longest ago go first, so that each has its turn. */
const turns = new WeakMap<RegistryCore, Map<string, number>>();

/**
 * tokensToLog is the assertion that logs the tokens which have come in on the newest two seals and are not logged yet, for the seal
 * about to be made at `sealSec`; null if there are none. Whoever left meanwhile, or has a token in the log already, is left out.
 */
export async function tokensToLog(core: RegistryCore, sealSec: number): Promise<VerifiedAssertion | null> {
  const { cache, db, live } = core;
  const open = live.recent.slice(0, OPEN_SEALS).toReversed();
  const rows = (await cosignaturesOf(db, open.map(({ number }) => number))).filter(({ role, timeSec }) => role === 'validator' && timeSec <= sealSec + TOKEN_AHEAD_SEC);
  if (rows.length === 0) return null;
  await cache.load([tokensKey(), ...rows.map(({ vkey }) => validatorKey(vkey))]);
  const logged = readTokens(cache)?.entry.seals ?? [];
  const isNew = ({ seal, vkey }: StoredCosignature): boolean =>
    readValidator(cache, vkey)?.entry.status === 'enrolled' && !(logged.find((group) => group.seal === seal)?.keys.includes(publicKeyOf(vkey)) ?? false);
  const turn = turns.get(core);
  const chosen = takeTurns(onceAKey(rows.filter((row) => isNew(row) && holds(core, row))), (vkey) => turn?.get(vkey) ?? -1, MAX_TOKENS);
  const seals = open.map((seal) => sealTokens(seal, chosen.filter((row) => row.seal === seal.number))).filter(({ tokens }) => tokens.length > 0);
  const [first] = seals;
  if (first === undefined) return null;
  const consistency = first.seal === live.head.number ? [] : await proveBefore(core, first.size);
  const payload = assertionToSign({ consistency: consistency.map(toBase64), notAfter: sealSec + VALID_SEC, origin: live.origin, registry: live.id, seals, type: 'tokens' });
  return checkSignatures(parseAssertionEnvelope(attach(payload, [])));
}

/** noteTurns remembers who was logged, once the seal is stored. */
export function noteTurns(core: RegistryCore, seal: number, tokens: VerifiedAssertion): void {
  const { payload } = tokens.parsed;
  if (payload.type !== 'tokens') return;
  const turn = turns.get(core) ?? new Map<string, number>();
  turns.set(core, turn);
  for (const { vkey } of payload.seals.flatMap((group) => group.tokens)) turn.set(vkey, seal);
}

/** holds checks a stored token once more: a line that somebody put into the table would keep all others out of the log. */
function holds(core: RegistryCore, { line, seal, vkey }: StoredCosignature): boolean {
  const note = core.live.recent.find(({ number }) => number === seal)?.notes.names;
  if (note === undefined) return false;
  try {
    verifyCosignature(parseVkey(vkey), parseNote(note).text, parseSignatureLine(line.trimEnd()).bytes);
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    core.log(`a token in the database, of ${vkey} on seal ${seal}, does not hold and is left out: ${error.detail}`);
    return false;
  }
}

function publicKeyOf(vkey: string): string {
  return toBase64(parseVkey(vkey).publicKey);
}

/** onceAKey leaves out the tokens of a key that is enrolled under another name too: a key counts once a seal. */
function onceAKey(rows: readonly StoredCosignature[]): StoredCosignature[] {
  const seen = new Set<string>();
  return rows.filter(({ seal, vkey }) => {
    const key = `${seal} ${publicKeyOf(vkey)}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

function sealTokens({ names, number }: SealFacts, rows: readonly StoredCosignature[]): SealTokens {
  const tokens = rows.map(({ line, vkey }) => ({ cosignature: toBase64(parseSignatureLine(line.trimEnd()).bytes), vkey }));
  return { root: toBase64(names.root), seal: number, size: names.size, tokens: tokens.toSorted((a, b) => (a.vkey < b.vkey ? -1 : 1)) };
}

/** proveBefore proves that the newest name log begins with that of the seal before. */
async function proveBefore({ db, live }: RegistryCore, oldSize: number): Promise<Uint8Array[]> {
  const { size } = live.head.names;
  const edge = live.edges.names;
  const plan = consistencyPlan(oldSize, size);
  const full = tilesFor(plan.flat(), size).filter(({ width }) => width === TILE_WIDTH);
  const stored = await readTilesAt(db, full.map(({ index, level }) => ({ index, level, log: 'names' as const })));
  const tile = ({ index, level, width }: TileRef): Uint8Array => {
    if (width < TILE_WIDTH) return concat(...(edge.levels[level] ?? []));
    return stored.find((one) => one.level === level && one.index === index)?.hashes ?? missing(level, index);
  };
  return runPlan(plan, size, tile);
}

function missing(level: number, index: number): never {
  throw new DamageError(`tile ${level}/${index} of the names log is missing`);
}
