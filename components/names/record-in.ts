import { fromBase64 } from '../../lib/core/bytes/base64';
import { parseEntry } from '../../lib/core/registry/parse-entry';
import type { RecordEntry } from '../../lib/core/registry/state';
import type { StateProof } from '../../lib/core/validation/state-proof';

/** recordIn takes the record out of a state proof as it was sent, unproved; null where the proof says that there is none. */
export function recordIn(proof: StateProof): { record: RecordEntry; index: number } | null {
  const { shown } = proof.state;
  if (!shown) return null;
  const entry = parseEntry(fromBase64(shown.entry));
  return entry.type === 'record' ? { record: entry, index: shown.index } : null;
}
