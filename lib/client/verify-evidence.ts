import { verifyEvidence } from '../core/validation/verify-evidence';
import { getEvidenceFile } from './api';
import type { CheckResult } from './check-step';
import { readPin } from './pin';

/** VerifiedEvidenceFile is what this browser found in an evidence file: `says` is what it shows, null if it shows nothing. */
export interface VerifiedEvidenceFile extends CheckResult {
  says: string | null;
}

/** verifyEvidenceFile checks the bytes of an evidence file without any network, against the registry this browser has pinned. */
export function verifyEvidenceFile(bytes: Uint8Array): VerifiedEvidenceFile {
  const { ok, says, steps } = verifyEvidence(bytes, { registry: readPin()?.registry ?? null });
  return { ok, says, steps };
}

/** fetchAndVerifyEvidence fetches a file that this site publishes, and checks it here. */
export async function fetchAndVerifyEvidence(name: string): Promise<VerifiedEvidenceFile> {
  return verifyEvidenceFile(await getEvidenceFile(name));
}
