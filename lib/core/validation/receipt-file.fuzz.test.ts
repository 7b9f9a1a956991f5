import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as fixtures from '../assertion/fixtures';
import { receiptToSign } from '../assertion/receipt';
import { utf8 } from '../bytes/bytes';
import type { Json } from '../bytes/canonical-json';
import { attach } from '../keys/dsse';
import { signWith } from '../keys/sign';
import { Refusal } from '../refusal';
import { FixtureLog } from '../registry/fixture-log';
import { fixtureProof } from './fixture-proof';
import { verifyStateProof } from './light-client';
import { encodeReceiptFile, parseReceiptFile, type ReceiptFile, verifyReceiptFile } from './receipt-file';

const world = fixtures.makeRegistry('receipt');
const alice = fixtures.makeIdentity(world.registry, 'alice');
const log = new FixtureLog(world);
const register = fixtures.makeRegister(world, alice, 'alice-cooper');
log.seal([register]);
const trust = { registry: world.registry };

function promise(assertion: string, bySeal: number, signer = world.registrar) {
  const prepared = receiptToSign({ assertion, bySeal, registry: world.registry });
  return attach(prepared, [signWith(prepared, signer.seed)]);
}

const file: ReceiptFile = {
  createdSec: fixtures.FIXTURE_TIME_SEC,
  format: 'mns-receipt/v1',
  proof: fixtureProof(log, { kind: 'name', name: 'alice-cooper', tenure: null }),
  receipt: promise(register.hash, 3),
};

test('a receipt file verifies offline with nothing but the registry id', () => {
  const found = verifyReceiptFile(encodeReceiptFile(file), trust);
  expect(found.steps.filter((step) => step.state === 'failed')).toEqual([]);
  expect(found).toMatchObject({ createdSec: file.createdSec, ok: true, promisedBySeal: 3, record: { name: 'alice-cooper' } });
  expect(found.steps.map((step) => step.code)).toEqual([
    'file', 'form', 'registry', 'policies', 'checkpoint', 'tokens', 'consistency', 'seal', 'policy', 'state', 'entry', 'identity', 'assertion', 'signatures', 'promise',
  ]);
});

test('a file without the promise is as good: the log itself is in it', () => {
  const found = verifyReceiptFile(encodeReceiptFile({ ...file, receipt: null }), trust);
  expect(found).toMatchObject({ ok: true, promisedBySeal: null });
  expect(found.steps.at(-1)).toMatchObject({ code: 'promise', state: 'skipped' });
});

test('a promise about something else, or by somebody else, fails', () => {
  for (const receipt of [promise(world.registry, 3), promise(register.hash, 3, alice.key)]) {
    const found = verifyReceiptFile(encodeReceiptFile({ ...file, receipt }), trust);
    expect(found.ok).toBe(false);
    expect(found.steps.at(-1)).toMatchObject({ code: 'promise', state: 'failed' });
  }
});

test('what is no receipt file is refused at its first step, with a code', () => {
  const text = new TextDecoder().decode(encodeReceiptFile(file));
  const cases: [Uint8Array, string][] = [
    [utf8(''), 'bad-json'],
    [utf8(`${text}\n`), 'not-canonical'],
    [utf8('{}'), 'bad-proof-file'],
    [utf8(text.replace('mns-receipt/v1', 'mns-receipt/v2')), 'bad-proof-file'],
    [utf8(text.replace('mns-proof/v1', 'mns-proof/v2')), 'bad-proof-file'],
    [new Uint8Array(2_000_000), 'too-large'],
  ];
  for (const [bytes, code] of cases) {
    const found = verifyReceiptFile(bytes, trust);
    expect(found).toMatchObject({ ok: false, record: null });
    expect(found.steps).toMatchObject([{ code: 'file', problem: { code }, state: 'failed' }]);
  }
});

/** nodesOf counts the values inside a JSON value, itself included. */
function nodesOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 1;
  return 1 + Object.values(value).reduce<number>((sum, inner) => sum + nodesOf(inner), 0);
}

/** replaced puts `other` in the place of the value number `at`. */
function replaced(value: Json, at: number, other: Json): Json {
  if (at === 0) return other;
  if (typeof value !== 'object' || value === null) return value;
  let left = at - 1;
  const put = (inner: Json): Json => {
    const count = nodesOf(inner);
    const next = left >= 0 && left < count ? replaced(inner, left, other) : inner;
    left -= count;
    return next;
  };
  if (Array.isArray(value)) return value.map(put);
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, put(inner)]));
}

const proof = JSON.parse(JSON.stringify(file.proof)) as Json;

test('whatever stands anywhere in a proof, a verification says no by a code and never throws', () => {
  const other = fc.oneof(fc.jsonValue() as fc.Arbitrary<Json>, fc.constantFrom<Json>('', 'AAAA', null, -1, 2 ** 53, 'A'.repeat(44), [], {}), fc.nat(10));
  fc.assert(
    fc.property(fc.nat(nodesOf(proof) - 1), other, (at, value) => {
      const changed = replaced(proof, at, value);
      const found = verifyStateProof(changed, trust);
      // Asking for a tenure by its number is the one other question that the same proof answers.
      if (found.ok) expect(JSON.stringify(changed).replace(/"tenure":\d+}/, '"tenure":null}')).toBe(JSON.stringify(proof));
      for (const step of found.steps.filter((one) => one.state === 'failed')) expect(step.problem?.code).toBeTruthy();
    }),
    { numRuns: 300 },
  );
});

test('random bytes are no receipt file, and only a Refusal escapes the parser', () => {
  const bytes = encodeReceiptFile(file);
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)).map(([at, byte]) => bytes.map((old, i) => (i === at ? byte : old)))), (input) => {
      try {
        parseReceiptFile(input);
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal);
      }
    }),
    { numRuns: 200 },
  );
});
