import { fromBase64, toBase64 } from '../bytes/base64';
import { isWellFormed, text as decodeUtf8, utf8 } from '../bytes/bytes';
import { parseDecimal } from '../bytes/decimal';
import { Refusal, refuse } from '../refusal';

/*
 * Proof files (c2sp.org/tlog-proof, extension .tlog-proof): an entry's index, its inclusion proof and a cosigned checkpoint in one text.
 */

const HEADER = 'c2sp.org/tlog-proof@v1';

/** MAX_PROOF_HASHES is the height of the largest tree; MAX_PROOF_FILE_BYTES bounds what is read. */
export const MAX_PROOF_HASHES = 63;
export const MAX_PROOF_FILE_BYTES = 1_100_000;

/** TlogProof is a parsed proof file. Nothing in it is verified, and `extra` is covered by no signature. */
export interface TlogProof {
  extra: Uint8Array | null;
  index: number;
  /** proof has the sibling hashes, 32 bytes each, the leaf's first. */
  proof: Uint8Array[];
  /** note is the checkpoint with its signature lines, as it was signed. */
  note: string;
}

/** formatTlogProof writes the file. Refuses `bad-proof-file`. */
export function formatTlogProof({ extra, index, proof, note }: TlogProof): Uint8Array {
  if (!Number.isSafeInteger(index) || index < 0) refuse('bad-proof-file', 'The index must be a whole number up to 2^53-1.');
  if (proof.length > MAX_PROOF_HASHES || proof.some((hash) => hash.length !== 32)) refuse('bad-proof-file', 'A proof has at most 63 hashes of 32 bytes.');
  if (!note.endsWith('\n') || !isWellFormed(note)) refuse('bad-proof-file', 'A proof file ends with a checkpoint and a line feed.');
  const lines = [HEADER];
  if (extra !== null) lines.push(`extra ${toBase64(extra)}`);
  lines.push(`index ${index}`, ...proof.map(toBase64), '', note);
  return utf8(lines.join('\n'));
}

/** parseTlogProof reads the file and refuses (`bad-proof-file`, `too-large`, `bad-utf8`) what does not format to itself. */
export function parseTlogProof(file: Uint8Array): TlogProof {
  if (file.length > MAX_PROOF_FILE_BYTES) refuse('too-large', `A proof file of more than ${MAX_PROOF_FILE_BYTES} bytes is not read.`);
  const source = decodeUtf8(file);
  const split = source.indexOf('\n\n');
  if (split < 0) return refuse('bad-proof-file', 'A proof file needs an empty line before its checkpoint.');
  const note = source.slice(split + 2);
  if (!note.endsWith('\n')) refuse('bad-proof-file', 'A proof file ends with a checkpoint and a line feed.');
  const lines = source.slice(0, split).split('\n');
  if (lines.shift() !== HEADER) refuse('bad-proof-file', `A proof file starts with the line ${HEADER}.`);
  const extra = lines[0]?.startsWith('extra ') ? decode((lines.shift() ?? '').slice(6), undefined) : null;
  const indexLine = lines.shift() ?? '';
  const index = indexLine.startsWith('index ') ? parseDecimal(indexLine.slice(6)) : null;
  if (index === null) return refuse('bad-proof-file', 'A proof file has a line with the index, decimal, at most 2^53-1.');
  if (lines.length > MAX_PROOF_HASHES) refuse('bad-proof-file', `A proof has at most ${MAX_PROOF_HASHES} hashes.`);
  return { extra, index, proof: lines.map((line) => decode(line, 32)), note };
}

function decode(value: string, lengthBytes: number | undefined): Uint8Array {
  try {
    return fromBase64(value, lengthBytes);
  } catch (error) {
    if (error instanceof Refusal) return refuse('bad-proof-file', 'A line of the proof file is not the base64 that is due there.');
    throw error;
  }
}
