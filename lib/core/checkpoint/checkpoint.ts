import { fromBase64, toBase64 } from '../bytes/base64';
import { utf8 } from '../bytes/bytes';
import { parseDecimal } from '../bytes/decimal';
import { SIGNATURE_BYTES, type Verifier } from '../keys/ed25519';
import type { Signed } from '../keys/sign';
import type { Signable } from '../keys/signable';
import { formatNote, parseNote, signatureLine, verifyNote, type VerifiedNote } from '../note/note';
import { ED25519, isKeyName, makeVkey, type Vkey } from '../note/vkey';
import { Refusal, refuse } from '../refusal';

/*
 * Checkpoints (c2sp.org/tlog-checkpoint): a note whose text is origin, size, root. Ours have exactly these three lines; what else a
 * checkpoint commits to (time, map) stands in the seal that is the tree's last entry.
 */

/** Checkpoint is what a log signs: that the tree of `size` entries under `origin` has this 32-byte root. */
export interface Checkpoint {
  origin: string;
  size: number;
  root: Uint8Array;
}

/** CheckpointToSign is a checkpoint's text, ready for a log key. */
export interface CheckpointToSign extends Signable<'checkpoint'> {
  readonly origin: string;
  readonly text: string;
}

/** AnyCheckpoint is a checkpoint as other logs may write it: with extension lines, and a root of any length. */
export interface AnyCheckpoint extends Checkpoint {
  extensions: string[];
}

/** OpenedCheckpoint is a checkpoint that a trusted log key has signed. */
export interface OpenedCheckpoint extends Checkpoint {
  note: VerifiedNote;
}

/** formatCheckpointBody writes the three lines. Refuses `bad-checkpoint`. */
export function formatCheckpointBody({ origin, size, root }: Checkpoint): string {
  checkOurs(origin, root);
  if (!Number.isSafeInteger(size) || size < 0) refuse('bad-checkpoint', 'The size of a tree is a whole number up to 2^53-1.');
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** parseCheckpointBody reads exactly the three lines of one of our logs. Refuses `bad-checkpoint`. */
export function parseCheckpointBody(text: string): Checkpoint {
  const { origin, size, root, extensions } = parseAnyCheckpointBody(text);
  if (extensions.length > 0) refuse('bad-checkpoint', 'A checkpoint has exactly three lines: origin, size, root.');
  checkOurs(origin, root);
  return { origin, size, root };
}

/** parseAnyCheckpointBody reads what the specification allows other logs (a witness meets those). Refuses `bad-checkpoint`. */
export function parseAnyCheckpointBody(text: string): AnyCheckpoint {
  const lines = text.split('\n');
  const [origin = '', sizeText = '', rootText = '', ...rest] = lines;
  if (rest.pop() !== '') return refuse('bad-checkpoint', 'A checkpoint has at least three lines, each closed by a line feed.');
  if (origin === '') refuse('bad-checkpoint', 'The origin must not be empty.');
  if (rest.includes('')) refuse('bad-checkpoint', 'A checkpoint must not have empty lines.');
  const size = parseDecimal(sizeText);
  if (size === null) return refuse('bad-checkpoint', 'The size must be decimal, without leading zeros, at most 2^53-1.');
  return { origin, size, root: decodeRoot(rootText), extensions: rest };
}

/** checkpointToSign prepares a checkpoint for signing: the only way to get one that a log key will sign. Refuses `bad-checkpoint`. */
export function checkpointToSign(checkpoint: Checkpoint): CheckpointToSign {
  const text = formatCheckpointBody(checkpoint);
  return { kind: 'checkpoint', bytes: utf8(text), origin: checkpoint.origin, text } as CheckpointToSign;
}

/** formatCheckpoint writes the signed note, one line for each log key; their name is the origin. Refuses `bad-vkey`, `bad-signature`. */
export function formatCheckpoint(signed: CheckpointToSign, signatures: readonly Signed[]): string {
  const lines = signatures.map(({ publicKey, signature }) => {
    if (signature.length !== SIGNATURE_BYTES) refuse('bad-signature', `A signature has ${SIGNATURE_BYTES} bytes.`);
    return signatureLine(signed.origin, makeVkey(signed.origin, ED25519, publicKey).keyId, signature);
  });
  return formatNote(signed.text, lines);
}

/**
 * openCheckpoint verifies a note by one of the log keys given (two while a log key changes) and reads the checkpoint in it, whose origin must be
 * the key's name. Refuses what `parseNote` and `verifyNote` refuse, and `bad-checkpoint`.
 */
export function openCheckpoint(note: Uint8Array | string, logKeys: Vkey | readonly Vkey[], verifier?: Verifier): OpenedCheckpoint {
  const trusted: readonly Vkey[] = 'publicKey' in logKeys ? [logKeys] : logKeys;
  if (trusted.some((vkey) => vkey.type !== ED25519)) refuse('bad-vkey', 'A log signs with a plain Ed25519 key; a cosigner’s key does not open a checkpoint.');
  const verified = verifyNote(parseNote(note), trusted, verifier);
  const checkpoint = parseCheckpointBody(verified.text);
  if (verified.verified.some(({ vkey }) => vkey.name !== checkpoint.origin)) refuse('bad-checkpoint', 'The checkpoint is signed by the key of another log.');
  return { ...checkpoint, note: verified };
}

function checkOurs(origin: string, root: Uint8Array): void {
  if (!isKeyName(origin)) refuse('bad-checkpoint', 'The origin must be fit for a key name: no spaces, no plus sign.');
  if (root.length !== 32) refuse('bad-checkpoint', 'The root must have 32 bytes.');
}

function decodeRoot(value: string): Uint8Array {
  try {
    return fromBase64(value);
  } catch (error) {
    if (error instanceof Refusal) return refuse('bad-checkpoint', 'The root must be standard padded base64.');
    throw error;
  }
}
