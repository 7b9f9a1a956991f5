import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { vectors } from '../../../.config/vectors';
import { fromBase64 } from '../../core/bytes/base64';
import { parseVkey } from '../../core/note/vkey';
import { requestOf, TestLog, testKey } from './log-for-tests';
import { hashOf, Witness } from './witness';

interface Consistency {
  size1: number;
  size2: number;
  root1: string;
  root2: string;
  proof: string[] | null;
  wantErr: boolean;
}

interface Notes {
  rejected: { name: string; trusted: string[]; note: string | null; note_base64?: string }[];
  valid: { name: string; trusted: string[]; note: string }[];
}

const merkle = vectors<{ consistency: Record<string, Consistency> }>('merkle/all.json');
const notes = vectors<Notes>('signed-note/signed-note.json');
if (merkle === null || notes === null) process.stderr.write('skipped: vectors for the witness are not below MNS_VECTORS\n');

const LOG = new TestLog('log.example/vectors');
const folder = () => mkdtempSync(join(tmpdir(), 'mns-witness-'));
const hash = (text: string) => Buffer.from(text, 'base64');

// Skipped only where the published vectors are absent.
test.skipIf(merkle === null)('every published consistency proof, sent to the witness as a request, is cosigned or refused as published', () => {
  let sent = 0;
  for (const [name, { proof, root1, root2, size1, size2, wantErr }] of Object.entries(merkle?.consistency ?? {})) {
    // The set calls every proof from size 0 useless; the witness protocol takes an empty one. Sizes beyond 2^53 and roots of other lengths make no request that is well formed.
    if (size1 === 0 || !Number.isSafeInteger(size1) || !Number.isSafeInteger(size2) || hash(root1).length !== 32 || hash(root2).length !== 32) continue;
    const witness = new Witness(folder(), [{ origin: LOG.origin, vkeys: [LOG.vkey] }], testKey(), () => 1);
    expect(witness.addCheckpoint(requestOf(0, [], LOG.note(size1, fromBase64(root1)))).status, name).toBe(200);
    const { status } = witness.addCheckpoint(requestOf(size1, (proof ?? []).map(hash), LOG.note(size2, fromBase64(root2))));
    if (wantErr) expect([400, 422], name).toContain(status);
    else expect(status, name).toBe(200);
    sent += 1;
  }
  expect(sent).toBeGreaterThan(70);
});

test.skipIf(notes === null)('published notes that must be refused are never cosigned; the real checkpoint of a public log is', () => {
  for (const { name, note, note_base64, trusted } of notes?.rejected ?? []) {
    const vkeys = trusted.map(parseVkey);
    const text = note ?? Buffer.from(note_base64 ?? '', 'base64').toString('latin1');
    const origin = text.split('\n')[0] ?? '';
    const witness = new Witness(folder(), [{ origin, vkeys }], testKey(), () => 1);
    const body = Buffer.concat([Buffer.from('old 0\n\n'), note === null ? Buffer.from(note_base64 ?? '', 'base64') : Buffer.from(note)]);
    expect([400, 403], name).toContain(witness.addCheckpoint(body).status);
  }
  const real = notes?.valid.find(({ name }) => name.startsWith('real '));
  const witness = new Witness(folder(), [{ origin: 'go.sum database tree', vkeys: (real?.trusted ?? []).map(parseVkey) }], testKey(), () => 1);
  expect(witness.addCheckpoint(requestOf(0, [], real?.note ?? '')).status).toBe(200);
  expect(witness.showCheckpoint(hashOf('go.sum database tree')).body).toContain('31700353');
});
