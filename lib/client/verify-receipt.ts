import { verifyReceiptFile as verifyFile } from '../core/validation/receipt-file';
import type { CheckResult } from './check-step';
import { readPin } from './pin';

/** VerifiedReceiptFile is the outcome for a receipt file; `summary` is what it proves, null if it does not hold. */
export interface VerifiedReceiptFile extends CheckResult {
  summary: { name: string; udf: string; seal: number; timeSec: number } | null;
}

/**
 * verifyReceiptFile checks the bytes of a receipt file without any network, against the registry this browser has pinned. The file may be
 * older than what this browser has seen of the log, so it is not held against that.
 */
export function verifyReceiptFile(bytes: Uint8Array): VerifiedReceiptFile {
  const { ok, steps, record, seal } = verifyFile(bytes, { registry: readPin()?.registry ?? null, seen: null });
  const summary = ok && record !== null && seal !== null ? { name: record.name, udf: record.udf, seal: seal.number, timeSec: seal.timeSec } : null;
  return { ok, steps, summary };
}
