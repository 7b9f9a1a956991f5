import { expect, test } from 'vitest';
import { toBase64 } from '../bytes/base64';
import { utf8 } from '../bytes/bytes';
import { encodeJson, type Json, parseJson } from '../bytes/canonical-json';
import { encodeEnvelope, payloadBytes, PAYLOAD_TYPES } from '../keys/dsse';
import { Refusal } from '../refusal';
import { makeIdentity, makeMark, makePolicy, makeRegister, makeRegistry, makeReserve, nextIdentity, pairOf, registerPayload, signedBy } from './fixtures';
import { assertionToSign, type ParsedAssertion, parseAssertion } from './parse';
import { type Payload, ZERO } from './payloads';

const world = makeRegistry();
const alice = makeIdentity(world.registry, 'alice');
const register = makeRegister(world, alice, '@Alice', { dns: ['192.0.2.1', '2001:db8::1'], service: 'comcast.0' });
const mark = makeMark(world, 'acme', { classes: [9, 42], number: '018000000', office: 'EUIPO', owner: 'ACME S.p.A.' });
const policy = makePolicy(world, { ...world.policy, periodSec: 30 }, 1, world.registry);
const next = nextIdentity(alice);
const rotate = signedBy({ certificate: next.certificate.envelope, notAfter: 1, of: alice.certificate.hash, registry: world.registry, type: 'rotate', udf: alice.udf }, [next.root, next.key]);
const update = signedBy({ display: 'alice', dns: [], name: 'alice', notAfter: 1, prev: register.hash, registry: world.registry, service: null, tenure: 0, type: 'update' }, [alice.key]);
const samples = { genesis: world.genesis, mark, policy, register, reserve: makeReserve(world, 'admin'), rotate, update };

type Edit = (payload: { [field: string]: Json }) => void;

/** edited is the assertion with its payload changed and put back in canonical form; the signatures are of no matter to the parser. */
function edited(parsed: ParsedAssertion, edit: Edit): Uint8Array {
  const payload = parseJson(payloadBytes(parsed.envelope), 20_000) as { [field: string]: Json };
  edit(payload);
  return encodeEnvelope({ ...parsed.envelope, payload: toBase64(encodeJson(payload)) });
}

function codeOf(bytes: Uint8Array): string {
  try {
    parseAssertion(bytes);
    return 'accepted';
  } catch (error) {
    return error instanceof Refusal ? error.code : `escaped: ${String(error)}`;
  }
}

const at = (payload: { [field: string]: Json }, ...path: string[]): { [field: string]: Json } =>
  path.reduce((value, field) => value[field] as { [field: string]: Json }, payload);

test('every type reads back what was signed', () => {
  for (const parsed of Object.values(samples)) {
    const again = parseAssertion(parsed.bytes);
    expect(again).toEqual(parsed);
    expect(assertionToSign(again.payload).payload).toEqual(payloadBytes(again.envelope));
  }
});

test('a field more, a field less, or a field of the wrong type is refused, in every type', () => {
  for (const [type, parsed] of Object.entries(samples)) {
    expect(codeOf(edited(parsed, (payload) => (payload['more'] = 1))), type).toBe('unknown-field');
    for (const field of Object.keys(parsed.payload)) {
      if (field === 'type') continue;
      expect(codeOf(edited(parsed, (payload) => delete payload[field])), `${type} without ${field}`).toBe('missing-field');
      const wrong = codeOf(edited(parsed, (payload) => (payload[field] = { wrong: true })));
      expect(wrong, `${type}.${field}`).toMatch(field === 'certificate' || field === 'policy' || field === 'floors' || field === 'mark' || field === 'continues' ? /^missing-field$/ : /^bad-field$/);
    }
  }
});

test('each rule on a field has its own refusal', () => {
  const cases: [ParsedAssertion, Edit, string][] = [
    [register, (p) => (p['type'] = 'transmute'), 'unknown-type'],
    [register, (p) => (p['type'] = 'toString'), 'unknown-type'],
    [register, (p) => (p['name'] = 'Alice'), 'name-not-canonical'],
    [register, (p) => (p['name'] = 'a--b'), 'name-not-canonical'],
    [register, (p) => (p['display'] = 'Bob'), 'bad-display'],
    [register, (p) => (p['service'] = 'comcast'), 'bad-service'],
    [register, (p) => (p['dns'] = ['::1', '::1']), 'bad-dns'],
    [register, (p) => (p['dns'] = ['0::1']), 'bad-dns'],
    [register, (p) => (p['tenure'] = -1), 'bad-field'],
    [register, (p) => (p['tenure'] = 1_000_000), 'bad-field'],
    [register, (p) => (p['priceCents'] = 0), 'bad-field'],
    [register, (p) => (p['notAfter'] = 253_402_300_800), 'bad-field'],
    [register, (p) => (p['prev'] = 'AAAA'), 'bad-field'],
    [rotate, (p) => (p['registry'] = toBase64(new Uint8Array(32).fill(1))), 'other-registry'],
    [register, (p) => (at(p, 'certificate')['payloadType'] = PAYLOAD_TYPES.receipt), 'bad-payload-type'],
    [register, (p) => (at(p, 'certificate')['signatures'] = []), 'wrong-signers'],
    [register, (p) => (at(p, 'certificate')['payload'] = toBase64(utf8('{}'))), 'missing-field'],
    [register, (p) => (at(p, 'certificate')['payload'] = toBase64(utf8('{'))), 'bad-json'],
    [rotate, (p) => (p['udf'] = alice.udf.slice(0, 28)), 'bad-udf'],
    [rotate, (p) => (p['udf'] = alice.udf.toLowerCase()), 'bad-udf'],
    [update, (p) => (p['of'] = ZERO), 'unknown-field'],
    [mark, (p) => (p['name'] = 'ac-me'), 'name-not-canonical'],
    [mark, (p) => (at(p, 'mark')['classes'] = [42, 9]), 'bad-field'],
    [mark, (p) => (at(p, 'mark')['classes'] = [46]), 'bad-field'],
    [mark, (p) => (at(p, 'mark')['owner'] = 'ACME\u202e'), 'bad-field'],
    [mark, (p) => (at(p, 'mark')['owner'] = ''), 'bad-field'],
    [world.genesis, (p) => (p['registry'] = ZERO), 'bad-field'],
    [world.genesis, (p) => (p['number'] = 1), 'bad-field'],
    [world.genesis, (p) => (p['prev'] = world.registry), 'bad-field'],
    [world.genesis, (p) => (p['origin'] = 'https://a.example'), 'bad-field'],
    [policy, (p) => (p['number'] = 0), 'bad-field'],
    [policy, (p) => (at(p, 'policy', 'policy')['threshold'] = 3), 'bad-field'],
    [policy, (p) => (at(p, 'policy', 'policy')['threshold'] = 0), 'bad-field'],
    [policy, (p) => (at(p, 'policy', 'policy')['keys'] = []), 'bad-policy'],
    [policy, (p) => (at(p, 'policy', 'arbiters')['keys'] = [ZERO]), 'bad-key'],
    [policy, (p) => (at(p, 'policy')['registrar'] = world.policyKeys.map((pair) => pair.text)), 'bad-policy'],
    [policy, (p) => (at(p, 'policy', 'logs')['names'] = ['x']), 'bad-vkey'],
    [policy, (p) => (at(p, 'policy', 'logs')['names'] = []), 'bad-policy'],
    [policy, (p) => (at(p, 'policy', 'schedule')['priceCents'] = [1, 2, 2, 2, 2, 2, 2, 2]), 'bad-policy'],
    [policy, (p) => (at(p, 'policy', 'schedule')['priceCents'] = [1]), 'bad-policy'],
    [policy, (p) => (at(p, 'policy', 'delays')['transferSec'] = -1), 'bad-field'],
  ];
  for (const [parsed, edit, code] of cases) expect(codeOf(edited(parsed, edit)), `${parsed.payload.type}: ${String(edit)}`).toBe(code);
});

test('an assertion is canonical twice over: envelope and payload', () => {
  const text = new TextDecoder().decode(register.bytes);
  expect(codeOf(utf8(` ${text}`))).toBe('not-canonical');
  const spaced = toBase64(utf8(` ${new TextDecoder().decode(payloadBytes(register.envelope))}`));
  expect(codeOf(encodeEnvelope({ ...register.envelope, payload: spaced }))).toBe('not-canonical');
  const twice = toBase64(utf8('{"type":"update","type":"update"}'));
  expect(codeOf(encodeEnvelope({ ...register.envelope, payload: twice }))).toBe('not-canonical');
  expect(codeOf(encodeEnvelope({ ...register.envelope, payloadType: PAYLOAD_TYPES.receipt }))).toBe('bad-payload-type');
});

test('only a policy and tokens may be longer than 4,096 bytes', () => {
  const signatures = Array.from({ length: 32 }, (_, i) => ({ keyid: pairOf(`extra ${i}`).text, sig: toBase64(new Uint8Array(64)) }));
  expect(codeOf(encodeEnvelope({ ...register.envelope, signatures }))).toBe('too-large');
  expect(codeOf(encodeEnvelope({ ...policy.envelope, signatures }))).toBe('accepted');
  expect(codeOf(new Uint8Array(65_536).fill(0x20))).toBe('too-large');
});

test('the largest registration still fits', () => {
  const name = `${'a'.repeat(31)}-${'b'.repeat(31)}`;
  const largest: Payload = {
    ...registerPayload(world, makeIdentity(world.registry, 'largest', { ca: world.registry, next: world.registry }), name),
    display: `${'À'.repeat(31)}-${'B'.repeat(31)}`,
    dns: Array.from({ length: 8 }, (_, i) => `2001:db8:1111:2222:3333:4444:5555:666${i}`),
    notAfter: 253_402_300_799,
    service: `${`${'a'.repeat(49)}.`.repeat(5)}com`,
    tenure: 999_999,
  };
  expect(signedBy(largest, [pairOf('largest key 0'), world.registrar]).bytes.length).toBeLessThanOrEqual(4_096);
});

test('what could not be parsed again is refused before it is signed', () => {
  const payload = registerPayload(world, alice, 'alice');
  expect(() => assertionToSign({ ...payload, name: 'Alice' })).toThrow(/^name-not-canonical/);
  const rotation = { certificate: alice.certificate.envelope, notAfter: world.notAfter, of: ZERO, registry: ZERO, type: 'rotate', udf: alice.udf } as const;
  expect(() => assertionToSign(rotation)).toThrow(/^other-registry/);
});
