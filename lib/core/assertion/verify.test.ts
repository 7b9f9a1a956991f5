import { expect, test } from 'vitest';
import { encodeEnvelope } from '../keys/dsse';
import { signWith } from '../keys/sign';
import { Refusal } from '../refusal';
import { DueIndex } from '../registry/due-index';
import { EMPTY_STATE, Overlay, readRecord } from '../registry/state';
import { type Place, takeAssertion } from '../registry/transition';
import {
  FIXTURE_TIME_SEC,
  type FixtureIdentity,
  makeIdentity,
  makePolicy,
  makeRegister,
  makeRegistry,
  makeReserve,
  makeRootUpdate,
  makeRotate,
  makeUpdate,
  nextIdentity,
  type Pair,
  registerPayload,
  signedBy,
  verified,
} from './fixtures';
import { parseIdentity } from './identity';
import { type ParsedAssertion, parseAssertion } from './parse';
import { acceptSignatures, countersign, countersignatureToSign, planSignatures, verifyAssertion, verifyHolderPart } from './verify';

const world = makeRegistry();
const alice = makeIdentity(world.registry, 'alice');
const bob = makeIdentity(world.registry, 'bob');
const state = new Overlay(EMPTY_STATE);
const due = new DueIndex();

/** take puts an assertion into the state in a seal of its own. */
function take(parsed: ParsedAssertion, number: number): void {
  const place: Place = { due, nextNameIndex: number * 10, number, proofIndex: number, sealed: null, timeSec: FIXTURE_TIME_SEC + number * 60, used: new Set() };
  takeAssertion(verified(parsed), state, place);
}

take(world.genesis, 0);
take(makeRegister(world, alice, '@alice'), 1);
const record = readRecord(state, 'alice')?.entry;
if (!record) throw new Error('alice is registered');

function codeOf(parsed: ParsedAssertion): string {
  try {
    verifyAssertion(parsed, state);
    return 'verified';
  } catch (error) {
    return error instanceof Refusal ? error.code : `escaped: ${String(error)}`;
  }
}

const resigned = (parsed: ParsedAssertion, ...signers: Pair[]) => signedBy(parsed.payload, signers);

test('exactly those who must sign, in their order', () => {
  const update = makeUpdate(world, alice, record, { service: 'example.net' });
  const root = makeRootUpdate(world, alice, record, { service: 'example.net' });
  const register = makeRegister(world, bob, '@bob');
  const rotate = makeRotate(world, alice, nextIdentity(alice));
  const reserve = makeReserve(world, 'admin');
  for (const good of [update, root, register, rotate, reserve]) expect(codeOf(good), good.payload.type).toBe('verified');
  const [first, second] = world.policyKeys as [Pair, Pair];
  const next = nextIdentity(alice);
  const wrong = [
    resigned(update, bob.key),
    resigned(update, alice.root),
    resigned(update, alice.key, world.registrar),
    resigned(root, alice.key),
    resigned(register, bob.key),
    resigned(register, world.registrar, bob.key),
    resigned(register, bob.key, first),
    resigned(register, alice.key, world.registrar),
    resigned(register, bob.key, world.registrar, first),
    resigned(rotate, next.key, next.root),
    resigned(rotate, next.root),
    resigned(reserve, second, first),
    resigned(reserve, first),
    resigned(reserve, first, second, world.registrar),
    resigned(reserve, ...world.arbiters.slice(0, 2)),
  ];
  for (const bad of wrong) expect(codeOf(bad), `${bad.payload.type} by ${bad.envelope.signatures.length}`).toBe('wrong-signers');
});

test('one wrong bit in any signature is seen, also in the certificate', () => {
  const register = makeRegister(world, bob, '@bob');
  const plan = planSignatures(register, state);
  expect(plan.checks).toHaveLength(4);
  for (let i = 0; i < 4; i++) {
    const results = plan.checks.map((_, at) => at !== i);
    expect(() => acceptSignatures(plan, results)).toThrow(/^bad-signature/);
  }
  const other = makeIdentity(world.registry, 'bob', { ca: world.registry });
  const [root, key] = bob.certificate.envelope.signatures;
  if (!root || !key) throw new Error('two signatures');
  const forged = { ...other.certificate.envelope, signatures: [root, key] };
  expect(codeOf(makeRegister(world, { ...bob, certificate: parseIdentity(forged, world.registry) }, '@bob'))).toBe('bad-signature');
  const moved = parseAssertion(encodeEnvelope({ ...register.envelope, signatures: makeRegister(world, bob, '@bobby').envelope.signatures }));
  expect(codeOf(moved)).toBe('bad-signature');
});

test('a certificate is the logged one, byte for byte, or number 0 of an unseen identity', () => {
  const again = makeRegister(world, alice, '@alice-too');
  expect(codeOf(again)).toBe('verified');
  expect(planSignatures(again, state).checks).toHaveLength(2);
  expect(planSignatures(again).checks).toHaveLength(4);
  const another: FixtureIdentity = makeIdentity(world.registry, 'alice', { ca: world.registry });
  expect(codeOf(makeRegister(world, another, '@alice-too'))).toBe('wrong-certificate');
  expect(codeOf(makeRegister(world, nextIdentity(alice), '@alice-too'))).toBe('wrong-certificate');
  expect(codeOf(makeRegister(world, nextIdentity(bob), '@bob'))).toBe('wrong-certificate');
});

test('what was made for another registry, an unknown name, tenure or identity is refused', () => {
  const elsewhere = makeRegistry('elsewhere');
  expect(codeOf(makeRegister(elsewhere, makeIdentity(elsewhere.registry, 'alice'), '@x'))).toBe('other-registry');
  expect(codeOf(elsewhere.genesis)).toBe('already-genesis');
  expect(codeOf(makeUpdate(world, alice, { ...record, name: 'nobody', display: 'nobody' }, {}))).toBe('unknown-name');
  expect(codeOf(makeUpdate(world, alice, { ...record, tenure: 1 }, {}))).toBe('wrong-tenure');
  expect(codeOf(makeRotate(world, bob, nextIdentity(bob)))).toBe('unknown-identity');
  const stolen = { ...makeRotate(world, alice, nextIdentity(alice)).payload, certificate: nextIdentity(bob).certificate.envelope };
  expect(codeOf(signedBy(stolen as ParsedAssertion['payload'], [bob.root, nextIdentity(bob).key]))).toBe('wrong-certificate');
  expect(() => verifyAssertion(makePolicy(world, world.policy, 1, world.registry), EMPTY_STATE)).toThrow(/^unknown-policy/);
});

test('an order is signed by its holder first and by the registrar after', () => {
  const half = signedBy(registerPayload(world, bob, '@bob'), [bob.key]);
  const verifiedHalf = verifyHolderPart(half);
  const whole = countersign(verifiedHalf, signWith(countersignatureToSign(verifiedHalf), world.registrar.seed));
  expect(encodeEnvelope(whole)).toEqual(makeRegister(world, bob, '@bob').bytes);
  expect(() => verifyHolderPart(makeRegister(world, bob, '@bob'))).toThrow(/^wrong-signers/);
  expect(() => verifyHolderPart(signedBy(registerPayload(world, bob, '@bob'), [alice.key]))).toThrow(/^wrong-signers/);
  expect(() => verifyHolderPart(makeReserve(world, 'admin'))).toThrow(/^unknown-type/);
  const unsigned = parseAssertion(encodeEnvelope({ ...half.envelope, signatures: [] }));
  expect(() => verifyHolderPart(unsigned)).toThrow(/^wrong-signers/);
  expect(codeOf(unsigned)).toBe('wrong-signers');
});
