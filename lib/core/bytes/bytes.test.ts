import { expect, test } from 'vitest';
import { refusalCode } from '../../../.config/refused';
import { fromBase32, toBase32 } from './base32';
import { fromBase64, toBase64 } from './base64';
import { compareBytes, concat, equalBytes, isWellFormed, text, utf8 } from './bytes';
import { parseDecimal } from './decimal';
import { fromHex, toHex } from './hex';
import { provideSha256, sha256 } from './sha256';
import { provideSha512, sha512 } from './sha512';

// RFC 4648 §10
const RFC4648: [plain: string, base64: string, base32: string][] = [
  ['', '', ''],
  ['f', 'Zg==', 'MY'],
  ['fo', 'Zm8=', 'MZXQ'],
  ['foo', 'Zm9v', 'MZXW6'],
  ['foob', 'Zm9vYg==', 'MZXW6YQ'],
  ['fooba', 'Zm9vYmE=', 'MZXW6YTB'],
  ['foobar', 'Zm9vYmFy', 'MZXW6YTBOI'],
];

test.each(RFC4648)('RFC 4648 vector "%s" encodes and decodes', (plain, base64, base32) => {
  expect(toBase64(utf8(plain))).toBe(base64);
  expect(text(fromBase64(base64))).toBe(plain);
  expect(toBase32(utf8(plain))).toBe(base32);
});

test.each(['Zg', 'Zg=', 'Zg===', 'Zh==', 'Zm9=', 'Zm9v\n', ' Zm9', 'Zm9_', 'Z=9v', '====', 'Zm9é', 'Zg==Zg=='])('base64 %j is refused', (bad) => {
  expect(refusalCode(() => fromBase64(bad))).toBe('bad-base64');
});

test('base64 of another length than asked for is refused', () => {
  expect(fromBase64('Zm9v', 3)).toHaveLength(3);
  expect(refusalCode(() => fromBase64('Zm9v', 4))).toBe('bad-base64');
});

test.each(['0', 'AB', '0g', ' 0', '0x'])('hexadecimal %j is refused', (bad) => {
  expect(refusalCode(() => fromHex(bad))).toBe('bad-hex');
});

test('hexadecimal is lower case and of the length asked for', () => {
  expect(toHex(Uint8Array.of(0, 15, 255))).toBe('000fff');
  expect(refusalCode(() => fromHex('0000', 3))).toBe('bad-hex');
});

test('base32 writes as many bits as asked for, and reads whole characters back', () => {
  const bytes = fromHex('ffffffffff');
  expect(toBase32(bytes, 7)).toBe('7Y');
  expect(toBase32(bytes, 8)).toBe('74');
  expect(toBase32(bytes, 40)).toBe('77777777');
  expect(fromBase32('74')).toEqual(fromHex('ff00'));
  expect(refusalCode(() => fromBase32('a'))).toBe('bad-base32');
  expect(refusalCode(() => fromBase32('A1'))).toBe('bad-base32');
});

test('UTF-8 is strict and keeps a byte order mark', () => {
  expect(text(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa');
  for (const bad of ['ff', 'c080', 'eda080', 'f4908080', 'c3']) expect(refusalCode(() => text(fromHex(bad)))).toBe('bad-utf8');
  expect(isWellFormed('a😀')).toBe(true);
  expect(isWellFormed('\ud83d')).toBe(false);
  expect(isWellFormed('\ude00\ud83d')).toBe(false);
});

test('bytes join, compare and order by value', () => {
  expect(concat(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 2))).toBe(false);
  const sorted = [Uint8Array.of(2), Uint8Array.of(1, 255), Uint8Array.of(1), Uint8Array.of(200)].sort(compareBytes);
  expect(sorted.map(toHex)).toEqual(['01', '01ff', '02', 'c8']);
});

test('a decimal has no sign, no leading zero and no more than 2^53-1', () => {
  expect(parseDecimal('0')).toBe(0);
  expect(parseDecimal('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
  for (const bad of ['', '00', '01', '-1', '+1', '1.0', '1e3', ' 1', '1\n', '٣', '9007199254740992', '18446744073709551615']) expect(parseDecimal(bad)).toBeNull();
});

test('hashes are the standard ones, and a provided hash that differs is not taken', () => {
  // FIPS 180-4 example "abc"
  expect(toHex(sha256(utf8('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(toHex(sha512(utf8('abc'))).slice(0, 32)).toBe('ddaf35a193617abacc417349ae204131');
  expect(() => provideSha256(() => new Uint8Array(32))).toThrow(/other digests/);
  expect(() => provideSha512(sha256)).toThrow(/other digests/);
  expect(toHex(sha256(utf8('abc'))).slice(0, 8)).toBe('ba7816bf');
});
