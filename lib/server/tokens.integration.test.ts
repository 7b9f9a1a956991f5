import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cosign, makeValidator, makeValidatorKey, makeValidatorRetired, tokensOn } from '../core/assertion/fixture-tokens';
import { makeIdentity, makeRegister } from '../core/assertion/fixtures';
import { assertionToSign, parseAssertion, type ParsedAssertion } from '../core/assertion/parse';
import { parseCheckpointBody } from '../core/checkpoint/checkpoint';
import { attach, encodeEnvelope } from '../core/keys/dsse';
import { addCosignature } from '../storage/cosignature-store';
import type { Json } from '../core/bytes/canonical-json';
import { parseNote } from '../core/note/note';
import { parseEntry } from '../core/registry/parse-entry';
import type { RecordEntry } from '../core/registry/state';
import { verifyStateProof } from '../core/validation/light-client';
import { parseTokenPolicy } from '../core/validation/token-policy';
import type { ValidatorsInfo } from '../client/wire';
import { checkDatabase } from '../services/check-database';
import { sequenceBatch } from '../services/sequence-batch';
import { everyValidator } from '../services/validators';
import { readEntries } from '../storage/log-store';
import { startPostgres, type TestPostgres } from '../storage/postgres-for-tests';
import { accept, getJson, openTestApp, proved, request, type TestApp } from './app-for-tests';

/** Long enough that nothing is sealed but by the test. */
const PERIOD_SEC = 3_600;

const [north, south, east, stranger] = ['north', 'south', 'east', 'stranger'].map(makeValidatorKey) as [Key, Key, Key, Key];
type Key = ReturnType<typeof makeValidatorKey>;

let postgres: TestPostgres;
beforeAll(async () => void (postgres = await startPostgres()));
afterAll(() => postgres.stop());

describe.each(['embedded', 'postgres'] as const)('on %s', (kind) => {
  let at: TestApp;
  beforeAll(async () => void (at = await openTestApp({ periodSec: PERIOD_SEC, ...(kind === 'postgres' ? { databaseUrl: await postgres.createDatabase() } : {}) })));
  afterAll(() => at.close());

  /** sealNow seals what is accepted; a seal's time must be later than that of the one before. */
  const sealNow = async () => expect.poll(async () => (await sequenceBatch(at.app.ctx.core)).done, { interval: 100, timeout: 5_000 }).toBe('sealed');
  const acceptAll = async (...assertions: ParsedAssertion[]) => {
    for (const one of assertions) await accept(at.url, one);
    await sealNow();
  };
  const post = async (body: string) => {
    const { status, text } = await request(`${at.url}/api/v1/tokens`, { body, headers: { 'content-type': 'text/plain' }, method: 'POST' });
    const { code = null } = JSON.parse(text) as { code?: string };
    return [status, code];
  };
  const read = async (path: string) => (await request(`${at.url}/tlog/names/${path}`)).text;
  const nowSec = () => Math.floor(Date.now() / 1000);
  const lineOn = (key: Key, note: string, timeSec = nowSec()) => cosign(key, parseNote(note).text, timeSec).line;
  const proofTypes = async () => (await readEntries(at.app.ctx.db, 'proofs', 0, 1_000)).map((bytes) => parseAssertion(bytes).payload.type);

  test('without validators no checkpoint is cosigned, and the answer says so', async () => {
    const { status, text } = await request(`${at.url}/tlog/names/cosigned`);
    expect([status, JSON.parse(text)]).toMatchObject([404, { code: 'not-cosigned' }]);
    expect(await getJson<ValidatorsInfo>(`${at.url}/api/v1/validators`)).toMatchObject({ cosignedSeal: null, quorum: null, validators: [] });
  });

  test('three validators enrol, and are listed', async () => {
    const alice = makeIdentity(at.world.registry, 'alice');
    await acceptAll(makeRegister(at.world, alice, '@alice-validates'));
    const { record } = await proved(at.url, 'names/alice-validates', at.world.registry);
    await acceptAll(...[north, south, east].map((key) => makeValidator(at.world, key, alice, record as RecordEntry)));
    const known = await getJson<{ validators: { name: string; udf: string; vkey: string }[] }>(`${at.url}/.well-known/mns.json`);
    expect(known.validators).toEqual([east, north, south].map((key) => ({ name: key.vkey.name, udf: alice.udf, vkey: key.text })));
    const shown = await getJson<ValidatorsInfo>(`${at.url}/api/v1/validators`);
    expect(shown).toMatchObject({ quorum: 2, validators: [{ lagSeals: null, name: 'east.example', tokenSeal: null }, {}, {}] });
  });

  test('a token is taken once, from who is enrolled, on what was sealed, and not from the future', async () => {
    const note = await read('checkpoint');
    expect(await post(lineOn(north, note))).toEqual([201, null]);
    expect(await post(lineOn(north, note))).toEqual([409, 'token-repeated']);
    expect(await post(lineOn(stranger, note))).toEqual([422, 'unknown-validator']);
    expect(await post(lineOn(south, note, nowSec() + 1_000))).toEqual([400, 'bad-cosignature']);
    const other = note.replace(/\n[0-9]+\n/, '\n9999\n');
    expect(await post(lineOn(south, other))).toEqual([422, 'bad-signature']);
    expect(await post(`${parseNote(other).text}\n${lineOn(south, other)}`)).toEqual([409, 'unknown-checkpoint']);
    expect(await post('— nonsense')).toEqual([400, 'bad-note']);
    // The whole note, with the log's own line and another validator's.
    expect(await post((await read('checkpoint')) + lineOn(south, note))).toEqual([201, null]);
    expect(await post(note + lineOn(south, note))).toEqual([409, 'token-repeated']);
  });

  test('tokens stand on the checkpoint at once, with more than half of them it is the cosigned one, and the next seal logs them', async () => {
    const cosigned = await read('cosigned');
    const { size } = parseCheckpointBody(parseNote(cosigned).text);
    expect(parseNote(cosigned).signatures.map(({ name }) => name)).toEqual([`${at.world.origin}/tlog/names`, 'north.example', 'south.example']);
    expect(await read(`checkpoint/${size}`)).toBe(cosigned);
    expect(parseNote(await read('checkpoint')).signatures).toHaveLength(3);
    await sealNow();
    expect((await proofTypes()).at(-1)).toBe('tokens');
    // East is late by one seal: its token counts, is shown, and is logged with proof that both belong together.
    expect(await post(lineOn(east, cosigned))).toEqual([201, null]);
    expect(parseNote(await read(`checkpoint/${size}`)).signatures).toHaveLength(4);
    expect(await post(lineOn(north, await read('checkpoint')))).toEqual([201, null]);
    await sealNow();
    const { core } = at.app.ctx;
    const [entry] = await readEntries(core.db, 'names', core.live.head.names.size - 2, core.live.head.names.size - 1);
    expect(parseEntry(entry ?? new Uint8Array(0))).toMatchObject({ seals: [{ keys: [east.pair.text] }, { keys: [north.pair.text] }], type: 'tokens' });
    // Nothing new has come: nothing is logged again.
    await sealNow();
    expect((await proofTypes()).filter((type) => type === 'tokens')).toHaveLength(2);
    expect(await post(lineOn(south, cosigned))).toEqual([422, 'bad-signature']);
  });

  test('a light client gets a proof with the tokens it asks for, and waits for those on a seal just made', async () => {
    const tokens = parseTokenPolicy(`witness n ${north.text}\nwitness s ${south.text}\nwitness e ${east.text}\ngroup g 2 n s e\nquorum g`);
    const prove = async (query: string) => {
      const { text } = await request(`${at.url}/api/v1/names/alice-validates${query}`);
      const { ok, steps } = verifyStateProof(JSON.parse(text) as Json, { nowSec: nowSec(), registry: at.world.registry, tokens });
      return [ok, steps.find(({ state }) => state === 'failed')?.problem?.code ?? null];
    };
    expect((await request(`${at.url}/api/v1/names/alice-validates?tokens=2`)).status).toBe(400);
    expect(await prove('')).toEqual([false, 'too-few-tokens']);
    const waiting = prove('?tokens=1');
    const note = await read('checkpoint');
    expect(await post(lineOn(north, note))).toEqual([201, null]);
    expect(await post(lineOn(east, note))).toEqual([201, null]);
    expect(await waiting).toEqual([true, null]);
    await sealNow();
  });

  test('tokens come by their own address only, and a false line in the database keeps no other out of the log', async () => {
    const { core } = at.app.ctx;
    const note = await read('checkpoint');
    const { number, names } = core.live.head;
    const payload = assertionToSign({ consistency: [], notAfter: nowSec() + 86_400, origin: at.world.origin, registry: at.world.registry, seals: [tokensOn(at.world.origin, { ...names, seal: number, timeSec: nowSec() }, [south])], type: 'tokens' });
    const answer = await request(`${at.url}/api/v1/assertions`, { body: Buffer.from(encodeEnvelope(attach(payload, []))), headers: { 'content-type': 'application/json' }, method: 'POST' });
    expect([answer.status, (JSON.parse(answer.text) as { code: string }).code]).toEqual([409, 'unknown-checkpoint']);
    await addCosignature(core.db, { line: lineOn(east, note.replace(/\n[0-9]+\n/, '\n9999\n')), role: 'validator', seal: number, timeSec: nowSec(), vkey: east.text });
    expect(await post(lineOn(south, note))).toEqual([201, null]);
    await sealNow();
    const [entry] = await readEntries(core.db, 'names', core.live.head.names.size - 2, core.live.head.names.size - 1);
    expect(parseEntry(entry ?? new Uint8Array(0))).toMatchObject({ seals: [{ keys: [south.pair.text] }], type: 'tokens' });
    expect(at.lines.some((line) => line.includes('does not hold and is left out'))).toBe(true);
  });

  test('the list tells who lags behind, who has left gives no more tokens, and the whole database replays', async () => {
    const alice = makeIdentity(at.world.registry, 'alice');
    const head = (await everyValidator(at.app.ctx)).find(({ vkey }) => vkey === north.text)?.head ?? '';
    await post(lineOn(north, await read('checkpoint')));
    await acceptAll(makeValidatorRetired(at.world, north, alice, head));
    // Its last token came before it left, and is logged.
    expect((await proofTypes()).slice(-2)).toEqual(['tokens', 'validator-retired']);
    expect(await post(lineOn(north, await read('checkpoint')))).toEqual([422, 'unknown-validator']);
    const { quorum, validators } = await getJson<ValidatorsInfo>(`${at.url}/api/v1/validators`);
    expect(quorum).toBe(2);
    expect(validators.map(({ lagSeals, name, status }) => [name, status, lagSeals])).toEqual([['east.example', 'enrolled', 2], ['south.example', 'enrolled', 2], ['north.example', 'retired', 1]]);
    expect((await checkDatabase(at.app.ctx.db)).findings).toEqual([]);
  });
});
