import { fromBase64, toBase64 } from '../bytes/base64';
import { concat, equalBytes, isWellFormed, text as decodeUtf8, utf8 } from '../bytes/bytes';
import { currentVerifier, type Verifier } from '../keys/ed25519';
import { Refusal, refuse } from '../refusal';
import { verifyCosignature } from './cosignature';
import { COSIGNATURE, isKeyName, sameKeyHint, type Vkey } from './vkey';

/*
 * Signed notes (c2sp.org/signed-note, v1.0.0): text, an empty line, signature lines "— name base64(key ID ‖ signature)".
 * Stricter than the specification in one point: base64 whose unused bits are not zero is refused, so a note has one form.
 */

/** MAX_NOTE_BYTES and MAX_NOTE_SIGNATURES bound what is read before anything is verified. */
export const MAX_NOTE_BYTES = 1_000_000;
export const MAX_NOTE_SIGNATURES = 100;

const LINE_START = '— ';
// Everything below U+0020 but the line feed.
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

/** Note is a parsed note: `text` ends in a line feed and is what the signatures cover. Nothing in it is verified. */
export interface Note {
  text: string;
  signatures: NoteSignature[];
}

/** NoteSignature is one line; `bytes` is what follows the key ID. */
export interface NoteSignature {
  name: string;
  keyId: number;
  bytes: Uint8Array;
}

/** VerifiedNote is a note that at least one trusted key has signed. */
export interface VerifiedNote {
  text: string;
  /** verified has at most one signature for each trusted key, in the order of the note. */
  verified: VerifiedSignature[];
}

export interface VerifiedSignature {
  vkey: Vkey;
  signature: NoteSignature;
  /** timeSec is the time a cosignature states, null for a plain signature. */
  timeSec: number | null;
}

/** parseNote reads a whole note. Refuses `bad-note`, `too-large`, `bad-utf8`. */
export function parseNote(note: Uint8Array | string): Note {
  const source = noteSource(note);
  if (CONTROL.test(source)) refuse('bad-note', 'A note must not hold control characters.');
  const split = source.lastIndexOf('\n\n');
  if (split < 0) return refuse('bad-note', 'A note needs an empty line between its text and its signatures.');
  if (!source.endsWith('\n') || split + 2 === source.length) refuse('bad-note', 'A note ends with signature lines, each closed by a line feed.');
  const lines = source.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_NOTE_SIGNATURES) refuse('bad-note', `A note with more than ${MAX_NOTE_SIGNATURES} signatures is not read.`);
  return { text: source.slice(0, split + 1), signatures: lines.map(parseSignatureLine) };
}

/** parseSignatureLine reads one signature line without its line feed. Refuses `bad-note`. */
export function parseSignatureLine(line: string): NoteSignature {
  const parts = /^— ([^ ]+) ([^ ]+)$/u.exec(line);
  const name = parts?.[1] ?? '';
  if (parts === null || !isKeyName(name)) return refuse('bad-note', 'A signature line is an em dash, a key name and base64, divided by single spaces.');
  const payload = decodeSignature(parts[2] as string);
  if (payload.length < 5) return refuse('bad-note', 'A signature line holds a key ID and a signature.');
  return { name, keyId: new DataView(payload.buffer).getUint32(0), bytes: payload.slice(4) };
}

/** signatureLine writes one signature line with its line feed. Refuses `bad-note`. */
export function signatureLine(name: string, keyId: number, signature: Uint8Array): string {
  if (!isKeyName(name)) refuse('bad-note', 'A key name must not be empty, nor hold spaces or a plus sign.');
  const id = new Uint8Array(4);
  new DataView(id.buffer).setUint32(0, keyId);
  return `${LINE_START}${name} ${toBase64(concat(id, signature))}\n`;
}

/** formatNote joins text and signature lines. Refuses `bad-note` if the result would not parse to the same text. */
export function formatNote(text: string, lines: readonly string[]): string {
  const note = `${text}\n${lines.join('')}`;
  if (!text.endsWith('\n') || parseNote(note).text !== text) refuse('bad-note', 'The text of a note ends in a line feed.');
  return note;
}

/**
 * verifyNote checks a note against trusted keys. Lines of other keys are passed over; a line that claims to be by a trusted key must verify,
 * or the whole note is refused (`bad-signature`); a note none of them signed is refused (`untrusted-note`).
 */
export function verifyNote(note: Note, trusted: readonly Vkey[], verifier: Verifier = currentVerifier()): VerifiedNote {
  refuseAmbiguous(trusted);
  const message = utf8(note.text);
  const verified = new Map<Vkey, VerifiedSignature>();
  for (const signature of note.signatures) {
    const vkey = trusted.find((candidate) => sameKeyHint(candidate, signature));
    if (vkey === undefined) continue;
    const timeSec = verifyLine(vkey, note.text, message, signature.bytes, verifier);
    if (!verified.has(vkey)) verified.set(vkey, { vkey, signature, timeSec });
  }
  if (verified.size === 0) refuse('untrusted-note', 'No trusted key has signed this note.');
  return { text: note.text, verified: [...verified.values()] };
}

function verifyLine(vkey: Vkey, text: string, message: Uint8Array, signature: Uint8Array, verifier: Verifier): number | null {
  if (vkey.type === COSIGNATURE) return verifyCosignature(vkey, text, signature, verifier).timeSec;
  if (!verifier(vkey.publicKey, message, signature)) refuse('bad-signature', `The signature of ${vkey.name} is not valid.`);
  return null;
}

/** Two trusted keys with one name and key ID (a 32-bit collision) would make the result depend on their order. */
function refuseAmbiguous(trusted: readonly Vkey[]): void {
  for (const [index, vkey] of trusted.entries()) {
    const twin = trusted.slice(0, index).find((other) => sameKeyHint(other, vkey));
    if (twin !== undefined && !equalBytes(twin.publicKey, vkey.publicKey)) {
      refuse('bad-vkey', `Two different trusted keys share the name ${vkey.name} and a key ID.`);
    }
  }
}

function noteSource(note: Uint8Array | string): string {
  const length = typeof note === 'string' ? note.length : note.byteLength;
  if (length > MAX_NOTE_BYTES) refuse('too-large', `A note of more than ${MAX_NOTE_BYTES} bytes is not read.`);
  if (typeof note !== 'string') return decodeUtf8(note);
  if (!isWellFormed(note)) refuse('bad-utf8', 'The note holds half of a surrogate pair.');
  return note;
}

function decodeSignature(value: string): Uint8Array {
  try {
    return fromBase64(value);
  } catch (error) {
    if (error instanceof Refusal) return refuse('bad-note', 'A signature must be standard padded base64.');
    throw error;
  }
}
