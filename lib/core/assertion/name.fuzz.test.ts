import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Refusal } from '../refusal';
import { characterPage } from './character-page';
import { parseDisplay, nameFromInput } from './display';
import { addressFromInput, formatIpv6, isCanonicalAddress, parseDns, readIpv6 } from './dns';
import { canonicalName, isCanonicalName, parseTenureName } from './name';
import { parseService, serviceFromInput } from './service';

/** attempt gives the value, or null for a Refusal; anything else thrown fails the test. */
function attempt<Value>(work: () => Value): Value | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

const fromPage = fc.constantFrom(...characterPage().map(([codePoint]) => String.fromCodePoint(codePoint)), '@', '\u0301', '\u0308', '.');
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: fromPage, maxLength: 80 }),
  fc.string({ unit: fc.constantFrom('a', '1', '-', '.', ':', 'F', '0', 'x'), maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
);

test('a canonical name is canonical again, and only a Refusal escapes', () => {
  fc.assert(
    fc.property(anyText, (input) => {
      const name = attempt(() => canonicalName(input));
      if (name === null) return;
      expect(isCanonicalName(name)).toBe(true);
      expect(canonicalName(name)).toBe(name);
      expect(canonicalName(input.normalize('NFD'))).toBe(name);
    }),
    { numRuns: 3000 },
  );
});

test('a name typed by a person is found again from its display form', () => {
  fc.assert(
    fc.property(anyText, (input) => {
      const found = attempt(() => nameFromInput(input));
      if (found) expect(parseDisplay(found.display, found.name)).toBe(found.display);
    }),
    { numRuns: 2000 },
  );
});

test('isCanonicalName says yes exactly to what canonicalName leaves alone', () => {
  fc.assert(fc.property(anyText, (input) => isCanonicalName(input) === (attempt(() => canonicalName(input)) === input)), { numRuns: 2000 });
});

test('services, tenure names and displays never let anything but a Refusal escape', () => {
  fc.assert(
    fc.property(anyText, anyText, (a, b) => {
      const service = attempt(() => parseService(a));
      if (service !== null) expect(serviceFromInput(` ${service.toUpperCase()}. `)).toBe(service);
      attempt(() => serviceFromInput(a));
      attempt(() => parseDisplay(a, b));
      parseTenureName(a);
    }),
    { numRuns: 2000 },
  );
});

test('every IPv6 address has exactly one canonical spelling, which reads back', () => {
  const sparse = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })), { minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(sparse, (values) => {
      const bytes = Uint8Array.from(values);
      const text = formatIpv6(bytes);
      expect(readIpv6(text)).toEqual(bytes);
      const canonical = addressFromInput(text.toUpperCase());
      expect(parseDns([canonical])).toEqual([canonical]);
      expect(isCanonicalAddress(text)).toBe(canonical === text);
    }),
    { numRuns: 2000 },
  );
});

test('address parsing never lets anything but a Refusal escape', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const address = attempt(() => addressFromInput(text));
      if (address !== null) expect(isCanonicalAddress(address)).toBe(true);
      attempt(() => parseDns([text, text]));
    }),
    { numRuns: 2000 },
  );
});
