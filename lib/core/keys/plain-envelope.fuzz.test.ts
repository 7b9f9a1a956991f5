import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromBase64, isBase64, toBase64 } from '../bytes/base64';
import { text, utf8 } from '../bytes/bytes';
import { encodeJson, parseJson } from '../bytes/canonical-json';
import { hash } from '../bytes/fields';
import { Refusal } from '../refusal';
import { type Envelope, encodeEnvelope, envelopeFromJson, envelopeToJson, PAYLOAD_TYPES, parseEnvelope } from './dsse';
import { readPlainEnvelope, writePlainEnvelope } from './plain-envelope';

const base64 = (length: number) => fc.uint8Array({ maxLength: length, minLength: length }).map(toBase64);
const envelopes: fc.Arbitrary<Envelope> = fc.record({
  payload: fc.uint8Array({ maxLength: 60 }).map(toBase64),
  payloadType: fc.constantFrom(...Object.values(PAYLOAD_TYPES)),
  signatures: fc.array(fc.record({ keyid: base64(32), sig: base64(64) }), { maxLength: 4 }),
});

/** outcome is what a function gives or refuses; anything else thrown fails the test. */
function outcome<Value>(work: () => Value): Value | string {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

test('the short cut writes what the long way writes, and reads it back', () => {
  fc.assert(
    fc.property(envelopes, (envelope) => {
      const long = encodeJson(envelopeToJson(envelope));
      expect(encodeEnvelope(envelope)).toEqual(long);
      expect(readPlainEnvelope(text(long))).toEqual(envelope);
    }),
  );
});

test('changed by a character anywhere, the short cut and the long way agree', () => {
  const change = fc.constantFrom('', 'A', '=', '"', '\\', ' ', '}', ',{', ',', '\u00e9', '\n', '/');
  fc.assert(
    fc.property(envelopes, fc.nat(), fc.nat({ max: 2 }), change, (envelope, at, length, by) => {
      const whole = text(encodeEnvelope(envelope));
      const from = at % whole.length;
      const bytes = utf8(whole.slice(0, from) + by + whole.slice(from + length));
      expect(outcome(() => parseEnvelope(bytes, 5_000))).toEqual(outcome(() => envelopeFromJson(parseJson(bytes, 5_000))));
    }),
    { numRuns: 5_000 },
  );
});

test('fields that need escaping are left to the long way', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (odd) => {
      const envelope = { payload: odd, payloadType: odd, signatures: [{ keyid: odd, sig: odd }] };
      const plain = writePlainEnvelope(envelope);
      if (plain !== null) expect(plain).toBe(text(encodeJson(envelopeToJson(envelope))));
    }),
    { numRuns: 2_000 },
  );
});

test('isBase64 and the form of a hash say yes exactly to what decodes', () => {
  const nearly = fc.oneof(fc.string({ unit: fc.constantFrom('A', 'B', 'Q', '/', '=', '-', ' ') }), fc.uint8Array({ maxLength: 40 }).map(toBase64));
  fc.assert(
    fc.property(nearly, (value) => {
      expect(isBase64(value)).toBe(typeof outcome(() => fromBase64(value)) !== 'string');
      const is32 = typeof outcome(() => fromBase64(value, 32)) !== 'string';
      expect(outcome(() => hash(value, 'x'))).toBe(is32 ? value : 'bad-field');
    }),
    { numRuns: 3_000 },
  );
  fc.assert(fc.property(base64(32), (value) => hash(value, 'x') === value));
});
