import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isCanonicalName } from '../assertion/name';
import { Refusal } from '../refusal';
import { type Address, dnsNameOf, formatAddress, parseAddress } from './address';

const PIECES = ['@', '.', '#', 'mm--', 'alice', 'Alice', 'coffeepot', '0', '12', '-', ':', '[', ']', ' ', 'MB5S-R4AJ-3FBT-7NHO-26Z2-OJE3-WFH4', '\u00e9', '\u0130', '::1', 'example.com', '\u0000'];
const input = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.constantFrom(...PIECES), { maxLength: 7 }).map((pieces) => pieces.join('')));

function read(text: string): Address | null {
  try {
    return parseAddress(text);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

test('whatever is typed is an address or a refusal, and an address reads back from its canonical spelling', () => {
  fc.assert(
    fc.property(input, (text) => {
      const address = read(text);
      if (address === null) return;
      expect(parseAddress(formatAddress(address))).toEqual(address);
      if (address.kind !== 'name') return;
      expect(isCanonicalName(address.name)).toBe(true);
      expect(parseAddress(dnsNameOf(address))).toEqual({ ...address, udf: null });
    }),
    { numRuns: 4_000 },
  );
});
