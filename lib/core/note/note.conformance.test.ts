import { expect, test } from 'vitest';
import { refusalCode } from '../../../.config/refused';
import { vectors } from '../../../.config/vectors';
import { fromBase64 } from '../bytes/base64';
import { parseCosignature } from './cosignature';
import { parseNote, verifyNote } from './note';
import { formatVkey, parseVkey } from './vkey';

interface NoteVectors {
  keys: Record<string, { vkey: string }>;
  bad_vkeys: string[];
  valid: { name: string; trusted: string[]; note: string; text: string; verified: string[]; unverified: string[] }[];
  rejected: { name: string; trusted: string[]; note: string | null; note_base64?: string }[];
}

interface CosignatureVectors {
  timestamp: { signature_base64: string; unix_seconds?: number; error?: string }[];
  vkeys_ok: string[];
  vkeys_bad: string[];
}

const NOTES = 'signed-note/signed-note.json';
const COSIGNATURES = 'cosignature/formats-timestamps.json';
const notes = vectors<NoteVectors>(NOTES);
const cosignatures = vectors<CosignatureVectors>(COSIGNATURES);
if (notes === null) process.stderr.write(`skipped: ${NOTES} is not below MNS_VECTORS\n`);
if (cosignatures === null) process.stderr.write(`skipped: ${COSIGNATURES} is not below MNS_VECTORS\n`);

// All skipped only where the published vectors are absent.
test.skipIf(notes === null)('published notes verify, with the same text and the same signers', () => {
  expect(notes?.valid.length).toBeGreaterThan(3);
  for (const { name, trusted, note, text, verified, unverified } of notes?.valid ?? []) {
    const parsed = parseNote(note);
    const opened = verifyNote(parsed, trusted.map(parseVkey));
    expect(opened.text, name).toBe(text);
    expect(opened.verified.map(({ vkey }) => vkey.name), name).toEqual(verified);
    expect(parsed.signatures.map((line) => line.name).sort(), name).toEqual([...verified, ...unverified].sort());
  }
});

test.skipIf(notes === null)('published bad notes are refused', () => {
  expect(notes?.rejected.length).toBeGreaterThan(8);
  for (const { name, trusted, note, note_base64 } of notes?.rejected ?? []) {
    const input = note ?? fromBase64(note_base64 ?? '');
    expect(['bad-note', 'bad-utf8', 'bad-signature', 'untrusted-note'], name).toContain(refusalCode(() => verifyNote(parseNote(input), trusted.map(parseVkey))));
  }
});

test.skipIf(notes === null || cosignatures === null)('published verifier keys are read, or refused as published', () => {
  const good = [...Object.values(notes?.keys ?? {}).map(({ vkey }) => vkey), ...(cosignatures?.vkeys_ok ?? [])];
  for (const vkey of good) expect(formatVkey(parseVkey(vkey))).toBe(vkey);
  for (const vkey of [...(notes?.bad_vkeys ?? []), ...(cosignatures?.vkeys_bad ?? [])]) expect(refusalCode(() => parseVkey(vkey)), vkey).toBe('bad-vkey');
});

test.skipIf(cosignatures === null)('the time of a published cosignature is read', () => {
  for (const { signature_base64, unix_seconds } of cosignatures?.timestamp ?? []) {
    // On a signature line the key ID comes first.
    const bytes = fromBase64(signature_base64).subarray(4);
    if (unix_seconds === undefined) expect(refusalCode(() => parseCosignature(bytes))).toBe('bad-cosignature');
    else expect(parseCosignature(bytes).timeSec).toBe(unix_seconds);
  }
});
