import type { RecordEntry } from '../core/registry/state';
import { parseTenureName } from '../core/assertion/name';
import { toBase64 } from '../core/bytes/base64';
import { verifyStateProof } from '../core/validation/light-client';
import { getNameProof } from './api';
import type { CheckResult } from './check-step';
import { readPin, rememberHead } from './pin';
import { readTokenPolicy } from './token-policy';

/** VerifiedName is what this browser proved about a name: its record, or that there is none. */
export interface VerifiedName extends CheckResult {
  record: RecordEntry | null;
  /** name-log index of the record */
  index: number | null;
  seal: { number: number; timeSec: number } | null;
}

/**
 * fetchAndVerifyName asks for a name (`alice`) or one tenure of it (`alice.0`) and checks the whole proof here, against the registry
 * and the checkpoint this browser has pinned, and with the tokens that its reader's own policy asks for. A failed check is `ok: false`; only the network or a refusal of the server throws (ApiError).
 */
export async function fetchAndVerifyName(asked: string): Promise<VerifiedName> {
  const pin = readPin();
  const tokens = readTokenPolicy();
  const proof = await getNameProof(asked, pin?.seen?.size ?? null, tokens !== null);
  const { name, tenure } = parseTenureName(asked) ?? { name: asked, tenure: null };
  const state = verifyStateProof(proof, { registry: pin?.registry ?? null, nowSec: Math.floor(Date.now() / 1000), seen: pin?.seen ?? null, subject: { kind: 'name', name, tenure }, tokens });
  const { ok, steps, seal, checkpoint, chain } = state;
  if (ok && checkpoint !== null && chain !== null) rememberHead(chain.registry, { size: checkpoint.size, root: toBase64(checkpoint.root) });
  return {
    ok,
    steps,
    record: state.present ? state.record : null,
    index: state.present ? state.index : null,
    seal: seal === null ? null : { number: seal.number, timeSec: seal.timeSec },
  };
}
