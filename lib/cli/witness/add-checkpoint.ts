import { fromBase64, toBase64 } from '../../core/bytes/base64';
import { equalBytes, text as decodeUtf8 } from '../../core/bytes/bytes';
import { parseDecimal } from '../../core/bytes/decimal';
import { parseAnyCheckpointBody } from '../../core/checkpoint/checkpoint';
import { type Note, parseNote, type VerifiedNote, verifyNote } from '../../core/note/note';
import { ED25519, type Vkey } from '../../core/note/vkey';
import { Refusal, refuse } from '../../core/refusal';
import { verifyConsistency } from '../../core/tlog/consistency';
import { EMPTY_ROOT } from '../../core/tlog/hash';

/*
 * The decisions of a witness (c2sp.org/tlog-witness, v1.0.0), without time, files or network: what a request says, and which status it
 * must get against what was cosigned last.
 */

/** MAX_REQUEST_BYTES bounds an add-checkpoint body, as Sunlight does. */
export const MAX_REQUEST_BYTES = 131_072;
/** MAX_PROOF_LINES is the most consistency hashes that the specification allows. */
export const MAX_PROOF_LINES = 63;

/** AddCheckpoint is a request that has the right form; nothing in it is verified. */
export interface AddCheckpoint {
  readonly old: number;
  readonly proof: readonly Uint8Array[];
  readonly note: Note;
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** WitnessedLog is a log that this witness cosigns: its origin and its keys (two while a key changes). */
export interface WitnessedLog {
  readonly origin: string;
  readonly vkeys: readonly Vkey[];
}

/** Cosigned is what was cosigned last for an origin. */
export interface Cosigned {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Verdict is a refusal by its HTTP status, or what is to be cosigned. 409 carries the size cosigned last. */
export type Verdict =
  | { readonly status: 400 | 403 | 404 | 422; readonly why: string }
  | { readonly status: 409; readonly size: number }
  | { readonly status: 200; readonly checkpoint: Cosigned; readonly signed: VerifiedNote };

const STRUCTURE = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * parseAddCheckpoint reads a request body. @throws Refusal: the request is malformed (400).
 * Base64 of signature lines is read as Go reads it, unused bits ignored: such a line is well formed, and then fails or passes as a signature.
 */
export function parseAddCheckpoint(body: Uint8Array): AddCheckpoint {
  if (body.length > MAX_REQUEST_BYTES) refuse('too-large', `A request has at most ${MAX_REQUEST_BYTES} bytes.`);
  const source = decodeUtf8(body);
  const split = source.indexOf('\n\n');
  if (split < 0) return refuse('bad-note', 'There is no empty line between the proof and the checkpoint.');
  const [first = '', ...lines] = source.slice(0, split).split('\n');
  const old = first.startsWith('old ') ? parseDecimal(first.slice(4)) : null;
  if (old === null) return refuse('bad-field', 'The first line must be "old" and a size.');
  if (lines.length > MAX_PROOF_LINES) refuse('bad-field', `A proof has at most ${MAX_PROOF_LINES} hashes.`);
  const proof = lines.map((line) => fromBase64(line, 32));
  const note = parseNote(withPlainBase64(source.slice(split + 2)));
  const { origin, root, size } = parseAnyCheckpointBody(note.text);
  if (root.length !== 32) refuse('bad-checkpoint', 'The root must have 32 bytes.');
  return { note, old, origin, proof, root, size };
}

/** judge decides over a well-formed request. `verifier` and time are not its business: it never signs. */
export function judge(request: AddCheckpoint, log: WitnessedLog | undefined, last: Cosigned | null): Verdict {
  const { note, old, proof, root, size } = request;
  if (log === undefined) return { status: 404, why: 'This witness does not know that log.' };
  const signed = opened(note, log.vkeys);
  if (signed === null) return { status: 403, why: 'No key of the log has signed this checkpoint.' };
  if (old > size) return { status: 400, why: 'The old size is larger than the checkpoint.' };
  if (old !== (last?.size ?? 0)) return { size: last?.size ?? 0, status: 409 };
  if (size === 0 && !equalBytes(root, EMPTY_ROOT)) return { status: 422, why: 'The root of an empty tree is another.' };
  try {
    verifyConsistency({ root: last?.root ?? EMPTY_ROOT, size: old }, { root, size }, proof, { fromEmpty: true });
  } catch (error) {
    if (error instanceof Refusal) return { status: 422, why: error.detail };
    throw error;
  }
  return { checkpoint: { root, size }, signed, status: 200 };
}

function opened(note: Note, vkeys: readonly Vkey[]): VerifiedNote | null {
  try {
    return verifyNote(note, vkeys.filter(({ type }) => type === ED25519));
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

function withPlainBase64(note: string): string {
  const split = note.lastIndexOf('\n\n');
  if (split < 0) return note;
  const lines = note.slice(split + 2).split('\n');
  const plain = lines.map((line) => {
    const at = line.lastIndexOf(' ') + 1;
    const last = line.slice(at);
    return at > 0 && STRUCTURE.test(last) ? line.slice(0, at) + toBase64(Buffer.from(last, 'base64')) : line;
  });
  return note.slice(0, split + 2) + plain.join('\n');
}
