import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { onlyRefuses, refusalCode } from '../../../.config/refused';
import { fromHex } from '../bytes/hex';
import { utf8 } from '../bytes/bytes';
import { fingerprint, isLoggedUdf, matchesUdf, parseUdf, SHA_2_512, showUdf, udfOf } from './udf';

// The key of RFC 8032 §7.1 TEST 1.
const KEY = fromHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
const LOGGED = 'MCF22NZ4KL4B2ANDAJRD4ACAKSKZ67JDK6PEFN3V4X3VGDLUMDOH';

test('the UDF of a key has 52 characters in the log and 28 on the screen', () => {
  expect(udfOf(KEY)).toBe(LOGGED);
  expect(showUdf(LOGGED)).toBe('MCF2-2NZ4-KL4B-2AND-AJRD-4ACA-KSKZ');
  expect(isLoggedUdf(LOGGED)).toBe(true);
  expect(isLoggedUdf(LOGGED.slice(0, 28))).toBe(false);
  expect(isLoggedUdf(LOGGED.toLowerCase())).toBe(false);
  expect(isLoggedUdf(`K${LOGGED.slice(1)}`)).toBe(false);
});

test('draft-hallambaker-mesh-udf-13 §5.1.5: the digest of "UDF Data Value"', () => {
  expect(fingerprint('text/plain', utf8('UDF Data Value'), 140)).toBe('MDDK7N6A727AJZNOSTRXXKS7DJAF');
});

test.each([0, 19, 20, 29, 30, 40, 50, 64])('a digest that ends in %i zero bits has the right type', (zeroBits) => {
  const value = 1n << BigInt(zeroBits);
  const digest = fromHex(value.toString(16).padStart(128, '0'));
  const type = 0x60 + [20, 30, 40, 50].filter((bound) => zeroBits >= bound).length;
  // 40 bits: the type and the first four (zero) bytes of the digest
  const expected = fingerprint('x', utf8(''), 40, { typeIdentifier: type, hash: () => fromHex('0'.repeat(127) + '1') });
  expect(fingerprint('x', utf8(''), 40, { typeIdentifier: 0x60, hash: () => digest })).toBe(expected);
});

test.each([LOGGED, LOGGED.toLowerCase(), showUdf(LOGGED), 'mcf2 2nz4kl4b-2and-AJRD-4ACA-KSKZ', LOGGED.replaceAll(/(.{5})/g, '$1-')])('%s names the identity', (given) => {
  expect(matchesUdf(LOGGED, parseUdf(given))).toBe(true);
});

test('another UDF does not match', () => {
  expect(matchesUdf(LOGGED, parseUdf('MB5S-R4AJ-3FBT-7NHO-T26Z-2E6Y-WFH4'))).toBe(false);
});

test('the 20-character form is refused, saying so', () => {
  expect(refusalCode(() => parseUdf('mb2gk-6duf5-ygyyl-jny5e'))).toBe('udf-too-short');
  expect(() => parseUdf('mb2gk-6duf5-ygyyl-jny5e')).toThrow(/20 characters/);
});

test.each(['', 'M', LOGGED.slice(1), `${LOGGED}A`, `1${LOGGED.slice(1)}`, `K${LOGGED.slice(1)}`, `MZ${LOGGED.slice(2)}`, `${LOGGED.slice(0, 51)}ı`, `${LOGGED.slice(0, 27)}ſ`, '-'.repeat(28), 'M'.repeat(300)])(
  '%j is no UDF',
  (given) => {
    expect(refusalCode(() => parseUdf(given))).toBe('bad-udf');
  },
);

test('a key that cannot sign has no UDF', () => {
  expect(refusalCode(() => udfOf(new Uint8Array(32)))).toBe('bad-key');
  expect(SHA_2_512.typeIdentifier).toBe(0x60);
});

test('any text is read or refused', () => {
  const near = fc.string({ unit: fc.constantFrom('M', 'A', 'B', 'Z', '2', '7', '-', ' ', 'm', 'a', '1', 'é'), maxLength: 70 });
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), near), (given) => {
      onlyRefuses(() => expect([28, 52]).toContain(parseUdf(given).chars.length));
    }),
  );
});
