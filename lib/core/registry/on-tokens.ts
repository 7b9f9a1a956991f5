import type { SealTokens, TokensPayload } from '../assertion/token-payloads';
import { fromBase64, toBase64 } from '../bytes/base64';
import { equalBytes } from '../bytes/bytes';
import { parseCosignature } from '../note/cosignature';
import { parseVkey } from '../note/vkey';
import { refuse } from '../refusal';
import { verifyConsistency } from '../tlog/consistency';
import { TOKEN_AHEAD_SEC } from './limits';
import { readTokens } from './lookup';
import type { SealContext, SealedNames } from './seal-context';
import type { StateReader } from './state';
import type { TokensEntry } from './token-entries';

/**
 * onTokens logs new tokens: each on the names checkpoint of one of the two seals before this one, each key once a seal. The older
 * checkpoint's root is held against the newer one by the consistency proof that the assertion brings, so that whoever goes on from a
 * snapshot judges as one who saw everything. That the keys are enrolled is `checkSigners`' business.
 * @throws Refusal `unknown-checkpoint`, `bad-consistency`, `token-repeated`, `bad-cosignature` (a time that lies ahead).
 */
export function onTokens(payload: TokensPayload, state: StateReader, at: SealContext): TokensEntry[] {
  const { sealed } = at;
  if (sealed === null) return refuse('unknown-checkpoint', 'Tokens are sent to the address for tokens, and logged by the registry itself.');
  const known = readTokens(state);
  for (const group of payload.seals) checkSealed(group, payload.consistency, sealed);
  if (payload.consistency.length > 0 && payload.seals[0]?.seal === sealed.number) refuse('bad-consistency', 'There is nothing that the consistency proof could show.');
  const seals = payload.seals.map((group) => count(group, known?.entry ?? null, at.timeSec));
  return [{ prev: known?.index ?? null, proof: at.proofIndex, seals, type: 'tokens' }];
}

function checkSealed({ root, seal, size }: SealTokens, consistency: readonly string[], sealed: SealedNames): void {
  const bytes = fromBase64(root, 32);
  if (seal === sealed.number) {
    if (size !== sealed.size || !equalBytes(bytes, sealed.root)) refuse('unknown-checkpoint', `That is not the checkpoint of seal ${seal}.`);
    return;
  }
  if (seal !== sealed.number - 1 || size !== sealed.sizeBefore) return refuse('unknown-checkpoint', 'Tokens are logged for the newest two seals only.');
  verifyConsistency({ root: bytes, size }, sealed, consistency.map((hash) => fromBase64(hash, 32)));
}

/** count lists the keys of one seal's new tokens, ascending. */
function count({ seal, tokens }: SealTokens, before: TokensEntry | null, nowSec: number): TokensEntry['seals'][number] {
  const counted = new Set(before?.seals.find((group) => group.seal === seal)?.keys);
  const keys: string[] = [];
  for (const { cosignature, vkey } of tokens) {
    const { name, publicKey } = parseVkey(vkey);
    if (parseCosignature(fromBase64(cosignature)).timeSec > nowSec + TOKEN_AHEAD_SEC) refuse('bad-cosignature', `The token of ${name} is of a time that lies ahead.`);
    const key = toBase64(publicKey);
    if (counted.has(key)) refuse('token-repeated', `The token of ${name} on seal ${seal} is logged already.`);
    keys.push(key);
  }
  return { keys: keys.toSorted(), seal };
}
