import * as fc from 'fast-check';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { toBase64 } from '../core/bytes/base64';
import { type CopyHead, encodeHead, parseHead } from './copy-head';
import { CopyReader } from './copy-reader';
import { CopyRefusal } from './copy-refusal';
import { readHint } from './log-source';
import { encodePin, readPin } from './pin';
import { readPolicies } from './policy-watch';
import { keptItems } from './snapshot-state';

const dir = mkdtempSync(join(tmpdir(), 'mns-files-'));
afterAll(() => rmSync(dir, { force: true, recursive: true }));

const HASH = toBase64(new Uint8Array(32).fill(7));
const HEAD: CopyHead = {
  checked: 'followed',
  from: { proofsSize: 3, seal: 2, size: 9, tokens: ['a.example'] },
  map: { root: HASH, size: 4 },
  names: { note: 'a note\n', root: HASH, size: 11 },
  origin: 'registry.example',
  proofs: { note: null, root: HASH, size: 5 },
  registry: HASH,
  seal: 4,
  timeSec: 1_800_000_000,
  updatedSec: 1_800_000_005,
  url: 'http://registry.example',
};

/** What a file may become: bytes changed, cut, put in, or all others. */
function damaged(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const place = fc.nat(Math.max(0, bytes.length - 1));
  return fc.oneof(
    fc.tuple(place, fc.nat(255)).map(([at, value]) => bytes.with(at, value)),
    place.map((at) => bytes.slice(0, at)),
    fc.tuple(place, fc.uint8Array({ maxLength: 8, minLength: 1 })).map(([at, more]) => Uint8Array.from([...bytes.subarray(0, at), ...more, ...bytes.subarray(at)])),
    fc.uint8Array({ maxLength: 300 }),
  );
}

function onlyRefused(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof CopyRefusal)) throw error;
    expect(error.code).toBe('damaged-copy');
  }
}

test('head.json reads back as it was written, and whatever else it holds is damage by name', () => {
  expect(parseHead(encodeHead(HEAD))).toEqual(HEAD);
  fc.assert(fc.property(damaged(encodeHead(HEAD)), (bytes) => onlyRefused(() => parseHead(bytes))), { numRuns: 400 });
});

test('registry.json, policies.json and a snapshot’s items are read whole or refused by name, never with another error', () => {
  const pin = encodePin({ before: [HASH], registry: HASH, sinceSec: 5, url: 'http://registry.example' });
  mkdirSync(join(dir, 'snapshot'), { recursive: true });
  fc.assert(
    fc.property(damaged(pin), (bytes) => {
      for (const name of ['registry.json', 'policies.json', 'snapshot/items']) writeFileSync(join(dir, name), bytes);
      onlyRefused(() => readPin(dir));
      expect(readPolicies(dir)).toSatisfy((read: unknown) => read === null || Array.isArray(read));
      onlyRefused(() => [...keptItems(dir)]);
      expect(readHint(bytes)).toSatisfy((hint: unknown) => hint === null || typeof hint === 'string');
    }),
    { numRuns: 200 },
  );
});

test('a folder with a head and no files is a damaged copy, and an empty one is none', () => {
  const empty = CopyReader.open(join(dir, 'nothing'));
  expect(empty.head()).toBeNull();
  expect(() => empty.needHead()).toThrow('no-copy');
  writeFileSync(join(dir, 'head.json'), encodeHead(HEAD));
  expect(() => CopyReader.open(dir).head()).toThrow('damaged-copy');
});
