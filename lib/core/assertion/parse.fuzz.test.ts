import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { toBase64 } from '../bytes/base64';
import { encodeJson, type Json, parseJson } from '../bytes/canonical-json';
import { encodeEnvelope, payloadBytes } from '../keys/dsse';
import { Refusal } from '../refusal';
import type { RecordEntry } from '../registry/state';
import { makeIdentity, makeMark, makePolicy, makeRegister, makeRegistry, makeRotate, nextIdentity, registerPayload, signedBy } from './fixtures';
import * as names from './fixture-names';
import { assertionToSign, parseAssertion, parseAssertionEnvelope } from './parse';
import { type Payload, ZERO } from './payloads';
import { describe } from './sentence';

const world = makeRegistry();
const alice = makeIdentity(world.registry, 'alice');
const bob = makeIdentity(world.registry, 'bob');
const record: RecordEntry = {
  after: ZERO, allowance: 50, case: null, changes: 0, display: 'alice', dns: [], ended: null, head: ZERO, locks: [], name: 'alice', pending: [], prev: null, proof: 1,
  registration: 'initial', root: { changes: 0, head: ZERO }, schedule: 1, service: null, source: 1, tenure: 0, type: 'record', udf: alice.udf,
};
const samples = [
  world.genesis,
  makeRegister(world, alice, '@alice', { dns: ['192.0.2.1'] }),
  makePolicy(world, world.policy, 1, world.registry),
  makeMark(world, 'acme', { classes: [1], number: '1', office: 'EUIPO', owner: 'ACME' }),
  makeRotate(world, alice, nextIdentity(alice)),
  names.makeTransfer(world, alice, bob, record),
  names.makeRootTransfer(world, alice, bob, record),
  names.makeCancel(world, record, alice.key),
  names.makeTopup(world, record),
  names.makeDispute(world, record, 'D2026-0001'),
  names.makeReassign(world, bob, { ...record, case: 'D2026-0001' }, { dns: ['::1'] }),
  names.makePayment(world, record, 'payment-reversed'),
];

/** onlyRefusals runs the parser; whatever it accepts must encode to its own bytes, and nothing but a Refusal may escape. */
function onlyRefusals(bytes: Uint8Array): void {
  try {
    const parsed = parseAssertion(bytes);
    expect(encodeEnvelope(parsed.envelope)).toEqual(bytes);
    expect(assertionToSign(parsed.payload).payload).toEqual(payloadBytes(parsed.envelope));
    expect(describe(parsed.payload)).toMatch(/erased\.$/);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

test('any bytes: nothing but a Refusal escapes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), onlyRefusals), { numRuns: 1000 });
  fc.assert(fc.property(fc.json(), (json) => onlyRefusals(new TextEncoder().encode(json))), { numRuns: 1000 });
});

test('a byte changed anywhere in a good assertion: refused, or parsed to exactly those bytes', () => {
  fc.assert(
    fc.property(fc.constantFrom(...samples), fc.nat(), fc.integer({ min: 1, max: 255 }), (sample, at, change) => {
      const bytes = sample.bytes.slice();
      const index = at % bytes.length;
      bytes[index] = (bytes[index] ?? 0) ^ change;
      onlyRefusals(bytes);
    }),
    { numRuns: 1500 },
  );
});

/** places lists every value inside a Json value, as the way to it. */
function places(value: Json, way: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [way];
  const inner = Array.isArray(value) ? value.map((item, i): [number, Json] => [i, item]) : Object.entries(value);
  return [way, ...inner.flatMap(([field, item]) => places(item, [...way, field]))];
}

function replaced(value: Json, way: (string | number)[], by: Json): Json {
  const [first, ...rest] = way;
  if (first === undefined || typeof value !== 'object' || value === null) return by;
  if (Array.isArray(value)) return value.map((item, i) => (i === first ? replaced(item, rest, by) : item));
  return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, field === first ? replaced(item, rest, by) : item]));
}

const hostile: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, 0, -1, 1, 2 ** 53 - 1, '', 'a', [], {}, [null], { type: 'register' }, '__proto__', 'alice', world.registry),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.integer(),
);

test('any value put anywhere into a good payload: nothing but a Refusal escapes', () => {
  const ways = samples.map((sample) => {
    const payload = parseJson(payloadBytes(sample.envelope), 20_000);
    return { payload, sample, ways: places(payload) };
  });
  fc.assert(
    fc.property(fc.constantFrom(...ways), fc.nat(), hostile, ({ payload, sample, ways }, at, value) => {
      const changed = replaced(payload, ways[at % ways.length] ?? [], value);
      onlyRefusals(encodeEnvelope({ ...sample.envelope, payload: toBase64(encodeJson(changed)) }));
    }),
    { numRuns: 3000 },
  );
});

test('any valid registration reads back what was signed', () => {
  const host = fc.stringMatching(/^[a-z0-9]{1,20}(-[a-z0-9]{1,9})?\.[a-z]{2,9}$/);
  const name = fc.stringMatching(/^[a-z][a-z0-9]{0,20}(-[a-z0-9]{1,9}){0,3}$/);
  const registration = fc.record({
    dns: fc.uniqueArray(fc.ipV4(), { maxLength: 8 }),
    name,
    notAfter: fc.integer({ min: 0, max: 253_402_300_799 }),
    priceCents: fc.integer({ min: 1, max: 100_000_000_000 }),
    service: fc.oneof(host, fc.constant(null)),
    tenure: fc.integer({ min: 0, max: 999_999 }),
  });
  fc.assert(
    fc.property(registration, ({ name, ...rest }) => {
      const payload: Payload = { ...registerPayload(world, alice, name), ...rest };
      const parsed = signedBy(payload, [alice.key]);
      expect(parsed.payload).toEqual(payload);
      expect(parseAssertionEnvelope(parsed.envelope)).toEqual(parsed);
    }),
    { numRuns: 150 },
  );
});
