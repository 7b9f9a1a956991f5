import { toBase64 } from '../core/bytes/base64';
import { verifyReceiptFile as verifyFile } from '../core/validation/receipt-file';
import type { CheckResult } from './check-step';
import { readPin, rememberHead } from './pin';
import { readTokenPolicy } from './token-policy';

/** VerifiedReceiptFile is the outcome for a receipt file; `summary` is what it proves, null if it does not hold. */
export interface VerifiedReceiptFile extends CheckResult {
  summary: { name: string; udf: string; seal: number; timeSec: number } | null;
}

/**
 * verifyReceiptFile checks the bytes of a receipt file without any network, against the registry this browser has pinned. The file may be
 * older than what this browser has seen of the log, so it is not held against that. `fromThisSite` says that this site has just sent it:
 * a registry not pinned yet is pinned then, as at the first look at a name, so that it can't be swapped later. With `name`, the receipt
 * of another name does not hold.
 */
export function verifyReceiptFile(bytes: Uint8Array, { fromThisSite = false, name = null }: { fromThisSite?: boolean; name?: string | null } = {}): VerifiedReceiptFile {
  const subject = name === null ? null : ({ kind: 'name', name, tenure: null } as const);
  const { ok, steps, record, seal, checkpoint, chain } = verifyFile(bytes, { registry: readPin()?.registry ?? null, seen: null, subject, tokens: readTokenPolicy() });
  if (ok && fromThisSite && chain !== null && checkpoint !== null) rememberHead(chain.registry, { size: checkpoint.size, root: toBase64(checkpoint.root) });
  const summary = ok && record !== null && seal !== null ? { name: record.name, udf: record.udf, seal: seal.number, timeSec: seal.timeSec } : null;
  return { ok, steps, summary };
}
