import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeIdentity, makeRegister, makeRegistry, makeReserve, makeRotate, makeUpdate, nextIdentity, registerPayload, signedBy, type FixtureIdentity, type RecordChange } from '../core/assertion/fixtures';
import type { ParsedAssertion } from '../core/assertion/parse';
import { encodeEnvelope } from '../core/keys/dsse';
import type { RecordEntry } from '../core/registry/state';
import { readHead } from '../storage/heads';
import { listPending } from '../storage/pending-store';
import { startPostgres, type TestPostgres } from '../storage/postgres-for-tests';
import { accept, openTestApp, post, proved, request, sealed, type TestApp } from './app-for-tests';

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

describe.each(['embedded', 'postgres'] as const)('%s', (kind) => {
  let at: TestApp;
  let holder: FixtureIdentity;
  let record: RecordEntry;
  const nowSec = () => Math.floor(Date.now() / 1000);

  beforeAll(async () => {
    at = await openTestApp({ databaseUrl: kind === 'postgres' ? await postgres.createDatabase() : undefined });
    holder = makeIdentity(at.world.registry, 'holder');
    await accept(at.url, makeReserve(at.world, 'reserved'));
    const register = makeRegister(at.world, holder, '@zoë-müller');
    await accept(at.url, register);
    await sealed(at.url, register);
    const first = (await proved(at.url, 'names/zoe-muller', at.world.registry)).record;
    if (first === null) throw new Error('not registered');
    const update = makeUpdate(at.world, holder, first, { service: 'example.net' });
    await accept(at.url, update);
    await sealed(at.url, update);
    record = (await proved(at.url, 'names/zoe-muller', at.world.registry)).record ?? first;
  });
  afterAll(() => at.close());

  /** what is refused must leave nothing behind: no row waits, and no number was given */
  async function refusedWith(send: () => Promise<{ status: number; text: string; headers: Headers }>): Promise<{ status: number; code: string }> {
    const before = await readHead(at.app.ctx.db);
    const answer = await send();
    const problem = JSON.parse(answer.text) as { status: number; code: string; title: string; detail: string; type: string };
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(problem).toMatchObject({ type: 'about:blank', status: answer.status, title: expect.any(String), detail: expect.any(String) });
    const after = await readHead(at.app.ctx.db);
    expect([after.lastSeq, await listPending(at.app.ctx.db, 0)]).toEqual([before.lastSeq, []]);
    return { status: answer.status, code: problem.code };
  }

  const update = (change: RecordChange) => makeUpdate(at.world, holder, record, change);
  const register = (input: string, overrides: Parameters<typeof makeRegister>[3] = {}, who = makeIdentity(at.world.registry, 'somebody')) => makeRegister(at.world, who, input, overrides);
  const tampered = (parsed: ParsedAssertion, change: (text: string) => string) => ({ bytes: Buffer.from(change(Buffer.from(parsed.bytes).toString())) });

  const CASES: [what: string, status: number, code: string, make: () => Pick<ParsedAssertion, 'bytes'>][] = [
    ['no JSON', 400, 'bad-json', () => ({ bytes: Buffer.from('nonsense') })],
    ['bytes that are not UTF-8', 400, 'bad-utf8', () => ({ bytes: Buffer.from([0x22, 0xff, 0xfe, 0x22]) })],
    ['white space in the envelope', 400, 'not-canonical', () => tampered(update({ service: 'a.example' }), (text) => text.replace('{', '{ '))],
    ['a field too many', 400, 'unknown-field', () => tampered(update({ service: 'a.example' }), (text) => `{"extra":1,${text.slice(1)}`)],
    ['a field too few', 400, 'missing-field', () => ({ bytes: Buffer.from('{"payload":"","payloadType":"application/vnd.mns.assertion+json"}') })],
    ['another kind of envelope', 400, 'bad-payload-type', () => ({ bytes: encodeEnvelope(holder.certificate.envelope) })],
    ['a signature by another key', 422, 'wrong-signers', () => signedBy({ ...payloadOf(update({ service: 'a.example' })) }, [at.world.registrar])],
    ['a signature over something else', 422, 'bad-signature', () => withForeignSignature(update({ service: 'a.example' }), update({ service: 'b.example' }))],
    ['an old prev', 409, 'stale-prev', () => update({ service: 'a.example', prev: record.after })],
    ['a change that changes nothing', 422, 'nothing-changes', () => update({})],
    ['an expired notAfter', 422, 'expired', () => update({ service: 'a.example', notAfter: nowSec() - 10 })],
    ['a notAfter too near', 422, 'expires-too-soon', () => update({ service: 'a.example', notAfter: nowSec() + 1 })],
    ['an assertion of another registry', 422, 'other-registry', () => makeUpdate(makeRegistry('other'), holder, record, { service: 'a.example' })],
    ['a taken name', 409, 'name-taken', () => register('@zoe-muller')],
    ['a look-alike of a taken name', 409, 'name-taken', () => register('@Zoë_Müller'.replace('_', '-'))],
    ['a reserved name', 409, 'name-reserved', () => register('@reserved')],
    ['a reserved name with hyphens', 409, 'name-reserved', () => register('@re-ser-ved')],
    ['a price of its own', 422, 'wrong-price', () => register('@somebody-new', { priceCents: 1 })],
    ['a price schedule that never was', 422, 'unknown-schedule', () => register('@somebody-new', { schedule: 99 })],
    ['a registration that no registrar signed', 422, 'wrong-signers', () => { const who = makeIdentity(at.world.registry, 'somebody'); return signedBy(registerPayload(at.world, who, '@somebody-new'), [who.key]); }],
    ['an update of a name that nobody has', 404, 'unknown-name', () => makeUpdate(at.world, holder, { ...record, name: 'nobody-has', display: 'nobody-has' }, { service: 'a.example' })],
    ['a tenure that is not there', 409, 'wrong-tenure', () => makeUpdate(at.world, holder, { ...record, tenure: 4 }, { service: 'a.example' })],
    ['a rotation of an unknown identity', 404, 'unknown-identity', () => { const who = makeIdentity(at.world.registry, 'unseen'); return makeRotate(at.world, who, nextIdentity(who)); }],
    ['a rotation that skips a number', 409, 'wrong-number', () => makeRotate(at.world, holder, nextIdentity(nextIdentity(holder)))],
    ['a second genesis', 409, 'already-genesis', () => makeRegistry('second').genesis],
  ];

  test.each(CASES)('%s is refused with %i %s, and nothing is stored', async (_what, status, code, make) => {
    expect(await refusedWith(() => post(at.url, make()))).toEqual({ status, code });
  });

  test('an assertion once sealed cannot be replayed against a later state', async () => {
    const before = await readHead(at.app.ctx.db);
    const again = await accept(at.url, makeReserve(at.world, 'reserved'));
    expect(again.bySeal).toBeLessThanOrEqual(before.seal);
    expect((await readHead(at.app.ctx.db)).lastSeq).toBe(before.lastSeq);
  });

  test.each([
    ['a huge body', 413, 'too-large', '/api/v1/assertions', 'x'.repeat(200_000), 'application/json'],
    ['a huge quote', 413, 'too-large', '/api/v1/quotes', JSON.stringify({ name: 'x'.repeat(100_000) }), 'application/json'],
    ['a quote of a number', 400, 'bad-request', '/api/v1/quotes', '{"name":7}', 'application/json'],
    ['a quote with more fields', 400, 'bad-request', '/api/v1/quotes', '{"name":"a","x":1}', 'application/json'],
    ['a quote that is no JSON', 400, 'bad-json', '/api/v1/quotes', '{', 'application/json'],
    ['a form', 415, 'unsupported-media-type', '/api/v1/quotes', 'name=a', 'application/x-www-form-urlencoded'],
    ['an order of nothing', 400, 'bad-request', '/api/v1/orders', '{}', 'application/json'],
    ['an order of a string', 400, 'bad-field', '/api/v1/orders', '{"assertion":"x"}', 'application/json'],
    ['an order nested thousands deep', 400, 'bad-field', '/api/v1/orders', `{"assertion":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 'application/json'],
    ['an order with too little credit', 400, 'bad-request', '/api/v1/orders', '{"assertion":{},"creditCents":5}', 'application/json'],
    ['an unsigned webhook', 400, 'webhook-unsigned', '/api/stripe/webhook', '{}', 'application/json'],
    ['cancelling an order that is not there', 404, 'order-unknown', '/api/v1/orders/0123456789abcdef0123456789abcdef/cancel', '', 'application/json'],
  ])('%s is refused with %i %s', async (_what, status, code, path, body, type) => {
    expect(await refusedWith(() => request(at.url + path, { method: 'POST', headers: { 'content-type': type }, body }))).toEqual({ status, code });
  });

  test.each([
    ['/api/v1/names/---', 422, 'name-hyphen'],
    ['/api/v1/names/%F0%9F%A6%8A', 422, 'name-character'],
    ['/api/v1/names/1234', 422, 'name-all-digits'],
    ['/api/v1/names/alice?from=x', 400, 'bad-request'],
    ['/api/v1/identities/MB5S-R4AJ-3FBT-7NHO-T26Z-2E6Y-WFH4', 400, 'udf-too-short'],
    ['/api/v1/entries/names/99999999', 404, 'not-found'],
    ['/api/v1/entries/names/-1', 404, 'not-found'],
    ['/api/v1/entries/other/0', 404, 'not-found'],
    ['/api/v1/assertions/00', 404, 'not-found'],
    [`/api/v1/assertions/${'0'.repeat(64)}`, 404, 'not-found'],
    ['/api/v1/orders/nope', 404, 'order-unknown'],
    ['/api/v1/orders/nope/proof', 404, 'order-unknown'],
    ['/tlog/names/tile/0/001', 404, 'not-found'],
    ['/tlog/names/tile/0/000.p/255', 404, 'not-found'],
    ['/tlog/names/tile/0/0', 404, 'bad-tile-path'],
    ['/tlog/names/tile/64/000.p/1', 404, 'bad-tile-path'],
    ['/tlog/names/checkpoint/99999999', 404, 'not-found'],
    ['/tlog/other/checkpoint', 404, 'not-found'],
    ['/api/v1/nothing', 404, 'no-such-address'],
    ['/_next/image?url=%2Ficon.png&w=64&q=75', 404, 'no-such-address'],
  ])('GET %s is refused with %i %s', async (path, status, code) => {
    expect(await refusedWith(() => request(at.url + path))).toEqual({ status, code });
  });

  test('another site may call the API, and may not touch the sandbox', async () => {
    const mayCall = async (path: string) => (await request(at.url + path, { method: 'OPTIONS' })).headers.get('access-control-allow-origin');
    expect([await mayCall('/api/v1/orders'), await mayCall('/sandbox/control'), await mayCall('/sandbox/pay/cs_test_1')]).toEqual(['*', null, null]);
  });

  function withForeignSignature(parsed: ParsedAssertion, other: ParsedAssertion): { bytes: Uint8Array } {
    return { bytes: encodeEnvelope({ ...parsed.envelope, signatures: other.envelope.signatures }) };
  }

  function payloadOf(parsed: ParsedAssertion) {
    return parsed.payload;
  }
});
