import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeIdentity, makeRegistry } from '../../core/assertion/fixtures';
import { Contacts } from './contacts';

const { udf } = makeIdentity(makeRegistry('contacts').registry, 'alice');
const path = () => join(mkdtempSync(join(tmpdir(), 'mns-contacts-')), 'contacts');

test('whom a name first meant is kept, also by the next process, until somebody else is chosen', () => {
  const file = path();
  Contacts.open(file).remember('alice', { sinceSec: 1, tenure: 0, udf });
  Contacts.open(file).remember('alice', { sinceSec: 2, tenure: 1, udf });
  expect([Contacts.open(file).tenureOf('alice'), Contacts.open(file).tenureOf('bob')]).toEqual([0, null]);
  Contacts.open(file).remember('alice', { sinceSec: 3, tenure: 2, udf }, true);
  expect(Contacts.open(file).tenureOf('alice')).toBe(2);
});

test('a known tenure held by somebody else, or an earlier one, is a wrong answer, not a new contact', () => {
  const contacts = Contacts.open(path());
  const other = makeIdentity(makeRegistry('contacts').registry, 'mallory').udf;
  contacts.remember('alice', { sinceSec: 1, tenure: 1, udf });
  for (const found of [{ tenure: 1, udf: other }, { tenure: 0, udf: other }, { tenure: 0, udf }]) expect(() => contacts.check('alice', found)).toThrow(/bad-answer/);
  for (const found of [{ tenure: 1, udf }, { tenure: 2, udf: other }]) contacts.check('alice', found);
  contacts.check('bob', { tenure: 0, udf: other });
});

test('a damaged file of contacts is refused, not begun anew: a name could change hands unseen', () => {
  const file = path();
  Contacts.open(file).remember('alice', { sinceSec: 1, tenure: 0, udf });
  const good = readFileSync(file, 'utf8');
  for (const text of ['', '{}', good.slice(1), good.replace('"tenure":0', '"tenure":"0"'), good.replace('alice', 'Alice'), good.replace('v1', 'v2'), good.replace(udf, udf.slice(1))]) {
    writeFileSync(file, text);
    expect(() => Contacts.open(file), text).toThrow(/bad-file/);
  }
});
