import { expect, test } from 'vitest';
import { toBase64 } from '../bytes/base64';
import { Refusal } from '../refusal';
import { characterPage, characterPageHash } from './character-page';
import { canonicalName, isCanonicalName, lettersIn, parseSkeleton, parseTenureName, skeletonOf } from './name';

function refusal(input: string): string {
  try {
    return `accepted as ${canonicalName(input)}`;
  } catch (error) {
    return error instanceof Refusal ? `${error.code}: ${error.detail}` : `escaped: ${String(error)}`;
  }
}

test('many spellings of a name have one canonical form', () => {
  const spellings: Record<string, string[]> = {
    alice: ['alice', '@alice', 'ALICE', 'A_LI_CE__', ' Alice ', 'Alicé', 'Alice\u0301', 'Alice™', 'al®ice'],
    'alice-cooper': ['@Alice-Cooper', 'alice÷cooper', 'ALICE - COOPER'],
    alicecooper: ['@Alice Cooper', 'alice_cooper'],
    zoe: ['@zoë', 'zoe\u0308', 'ZOË'],
    goedel: ['gödel', 'Gödel', 'go\u0308del', 'goedel'],
    weierstrass: ['Weierstraß'],
    aangstroem: ['\u212bngström', 'Ångström'],
    kelvin: ['\u212aelvin'],
    x: ['@x', '×'],
    '2026-10': ['2026-10'],
  };
  for (const [name, inputs] of Object.entries(spellings)) {
    for (const input of inputs) expect(canonicalName(input), input).toBe(name);
    expect(canonicalName(name)).toBe(name);
  }
});

test('what is wrong with a name is said exactly', () => {
  expect(refusal('')).toBe('name-empty: A name needs at least one letter.');
  expect(refusal('@')).toBe('name-empty: A name needs at least one letter.');
  expect(refusal('@_ ™')).toBe('name-empty: A name needs at least one letter.');
  expect(refusal('@---')).toBe('name-hyphen: A name can’t be only hyphens.');
  expect(refusal('-a')).toBe('name-hyphen: A name can’t begin with a hyphen.');
  expect(refusal('a-')).toBe('name-hyphen: A name can’t end with a hyphen.');
  expect(refusal('a- -b')).toBe('name-hyphen: A name can’t have two hyphens in a row.');
  expect(refusal('12345')).toBe('name-all-digits: A name can’t be all digits; add a letter.');
  expect(refusal('日本')).toBe('name-character: “日” (U+65E5) can’t stand in a name.');
  expect(refusal('a\u202eb')).toBe('name-character: U+202E can’t stand in a name.');
  expect(refusal('a\nb')).toBe('name-character: U+000A can’t stand in a name.');
  expect(refusal('😀')).toBe('name-character: “😀” (U+1F600) can’t stand in a name.');
  expect(refusal('\ud800')).toBe('name-character: U+D800 can’t stand in a name.');
  expect(refusal('@@alice')).toBe('name-character: “@” (U+0040) can’t stand in a name.');
  expect(refusal('alice.0')).toBe('name-character: “.” (U+002E) can’t stand in a name.');
  expect(refusal('øre')).toBe('name-character: “ø” (U+00F8) can’t stand in a name.');
  expect(refusal('a'.repeat(64))).toBe('name-too-long: A name has at most 63 characters; this one has 64.');
  expect(refusal('_'.repeat(2000))).toBe('name-too-long: A name has at most 63 characters; this is far more.');
  expect(canonicalName('a'.repeat(63))).toHaveLength(63);
});

test('look-alikes from other scripts are refused, never folded', () => {
  for (const input of ['аlice', 'alıce', 'ａlice', 'al1ce\u200d', 'ﬁsh']) expect(refusal(input)).toMatch(/^name-character: /);
});

test('letters are counted without hyphens and reservations ignore hyphens', () => {
  expect(lettersIn('a-b-c')).toBe(3);
  expect(skeletonOf('alice-cooper')).toBe('alicecooper');
  expect(parseSkeleton('12')).toBe('12');
  expect(() => parseSkeleton('a-b')).toThrow(/name-not-canonical/);
});

test('a tenure name is a canonical name and a plain number', () => {
  expect(parseTenureName('comcast.0')).toEqual({ name: 'comcast', tenure: 0 });
  expect(parseTenureName('a-b.12')).toEqual({ name: 'a-b', tenure: 12 });
  for (const text of ['comcast', 'comcast.', 'comcast.01', 'Comcast.0', '1.0', 'a--b.0', 'a.b.0', 'a.1000000', 'a.-1']) expect(parseTenureName(text), text).toBeNull();
});

test('the canonical form is checked without computing it', () => {
  expect(isCanonicalName('alice')).toBe(true);
  for (const text of ['', '-', 'a-', '-a', 'a--b', '1', 'A', 'é', 'a b', 'a'.repeat(64), 'a\n']) expect(isCanonicalName(text), text).toBe(false);
});

test('the character page has not changed: its hash stands in every policy', () => {
  expect(characterPage()).toHaveLength(129);
  expect(toBase64(characterPageHash())).toBe('SGH0feHLJcu59wrFYLz0BdcXfeJNdv3X6IVEJDkZQwY=');
});
