import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SealFacts } from '../services/live-registry';
import { makeRemember, readSeen } from './seen-file';

const head = (fill: number) => ({ size: fill, root: new Uint8Array(32).fill(fill) });
const seal = (number: number): SealFacts => ({ number, timeSec: number, names: head(number), proofs: head(0), map: head(0), notes: { names: '', proofs: '' } });
const newPath = () => join(mkdtempSync(join(tmpdir(), 'mns-seen-')), 'data', 'seen.json');

test('the newest head is kept, and nothing else is left in the folder', () => {
  const path = newPath();
  expect(readSeen(path)).toBeNull();
  const remember = makeRemember(path);
  for (const number of [3, 4, 2]) remember('registry', seal(number));
  expect(readSeen(path)).toEqual({ registry: 'registry', seal: 4, namesSize: 4, namesRoot: Buffer.alloc(32, 4).toString('base64') });
  expect(readdirSync(join(path, '..'))).toEqual(['seen.json']);
});

test('of two processes with one folder, the one that is behind never puts an older head over a newer one', () => {
  const path = newPath();
  const ahead = makeRemember(path);
  const behind = makeRemember(path);
  behind('registry', seal(1));
  ahead('registry', seal(7));
  behind('registry', seal(6));
  expect(readSeen(path)?.seal).toBe(7);
  behind('registry', seal(8));
  expect(readSeen(path)?.seal).toBe(8);
});

test('a file that cannot be read is never written over', () => {
  const path = newPath();
  makeRemember(path)('registry', seal(1));
  writeFileSync(path, 'nonsense');
  expect(() => makeRemember(path)('registry', seal(2))).toThrow('cannot be read');
});
