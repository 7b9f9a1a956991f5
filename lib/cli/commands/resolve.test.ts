import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cosign, type FixtureValidator, makeValidatorKey } from '../../core/assertion/fixture-tokens';
import { makeIdentity, makeRegister, makeRegistry, makeUpdate } from '../../core/assertion/fixtures';
import { formatCheckpointBody } from '../../core/checkpoint/checkpoint';
import { formatNote } from '../../core/note/note';
import { FixtureLog } from '../../core/registry/fixture-log';
import { readRecord } from '../../core/registry/state';
import { formatTokenPolicy } from '../../core/validation/token-policy';
import { testIo } from '../io-for-tests';
import { extendCopy } from '../names/copy-for-tests';
import { tablePath } from '../names/table-file';
import { run } from '../run';

const world = makeRegistry('resolve command');
const alice = makeIdentity(world.registry, 'alice');
const log = new FixtureLog(world);
const dir = mkdtempSync(join(tmpdir(), 'mns-resolve-'));
const policyFile = join(dir, 'my-policy');
const validators = ['one', 'two', 'three'].map(makeValidatorKey);
const [one, two, three] = validators as [FixtureValidator, FixtureValidator, FixtureValidator];
let nowSec = 0;

beforeAll(async () => {
  log.seal([makeRegister(world, alice, '@Alice-Cooper', { service: null })]);
  nowSec = (log.last?.timeSec ?? 0) + 60;
  await extendCopy(dir, log);
  writeFileSync(policyFile, formatTokenPolicy({ maxAgeSec: 600, threshold: 2, validators: validators.map(({ vkey }) => ({ name: vkey.name, url: `https://${vkey.name}`, vkey })) }));
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** noteOf is a validator's own checkpoint on one of the log's seals, as it serves it; `root` tells of another log. */
function noteOf(validator: FixtureValidator, timeSec: number, seal = log.seals.length - 1, root?: Uint8Array): string {
  const head = log.seals[seal]?.heads.names;
  if (head === undefined) throw new Error('no such seal');
  const text = formatCheckpointBody({ origin: `${world.origin}/tlog/names`, size: head.size, root: root ?? head.root });
  return formatNote(text, [cosign(validator, text, timeSec).line]);
}

/** ask runs `mns resolve` where the validators serve these notes. */
async function ask(notes: Readonly<Record<string, string>>, ...more: string[]): Promise<{ code: number; out: string; err: string }> {
  const fetch = (url: string | URL | Request) => {
    const { host, pathname } = new URL(url instanceof Request ? url.url : url);
    const note = pathname === '/checkpoint' ? notes[host] : undefined;
    return Promise.resolve(new Response(note ?? 'nothing here', { status: note === undefined ? 404 : 200 }));
  };
  const io = testIo({ clock: () => nowSec, fetch });
  const code = await run(['resolve', '@alice-cooper', '--data', dir, ...more], io);
  return { code, err: io.errLines.join('\n'), out: io.outLines.join('\n') };
}

test('an answer covered by enough tokens says so', async () => {
  const answer = await ask({ 'one.example': noteOf(one, nowSec - 10), 'three.example': noteOf(three, nowSec - 500) }, '--policy', policyFile);
  expect(answer).toMatchObject({ code: 0, err: '' });
  expect(answer.out).toContain('checked by   2 of the 3 validators you trust (you ask for 2)');
  const json = await ask({ 'one.example': noteOf(one, nowSec - 10), 'three.example': noteOf(three, nowSec - 500) }, '--policy', policyFile, '--json');
  expect(JSON.parse(json.out)).toMatchObject({ tokens: { count: 2, kthTimeSec: nowSec - 500, of: 3, size: log.names.length, threshold: 2 }, udf: alice.udf });
});

test('the provider’s own cosigned checkpoint counts for its key', async () => {
  writeFileSync(join(dir, 'cosigned'), noteOf(two, nowSec - 5));
  expect(await ask({ 'one.example': noteOf(one, nowSec) }, '--policy', policyFile)).toMatchObject({ code: 0 });
  rmSync(join(dir, 'cosigned'));
});

test.each([
  ['too few', () => ({ 'one.example': noteOf(one, nowSec) }), 'too-few-tokens'],
  ['one key twice', () => ({ 'one.example': noteOf(one, nowSec), 'two.example': noteOf(one, nowSec - 1) }), 'too-few-tokens'],
  ['a stranger’s', () => ({ 'one.example': noteOf(one, nowSec), 'two.example': noteOf(makeValidatorKey('stranger'), nowSec) }), 'too-few-tokens'],
  ['old ones', () => ({ 'one.example': noteOf(one, nowSec), 'two.example': noteOf(two, nowSec - 601) }), 'stale-proof'],
  ['one from the future', () => ({ 'one.example': noteOf(one, nowSec), 'two.example': noteOf(two, nowSec + 1_000) }), 'too-few-tokens'],
  ['one on another log', () => ({ 'one.example': noteOf(one, nowSec), 'two.example': noteOf(two, nowSec, undefined, new Uint8Array(32)) }), 'bad-consistency'],
  ['ones from before the name', () => ({ 'one.example': noteOf(one, nowSec, 0), 'two.example': noteOf(two, nowSec) }), 'too-few-tokens'],
  ['rubbish', () => ({ 'one.example': noteOf(one, nowSec), 'two.example': 'rubbish' }), 'too-few-tokens'],
])('%s are refused', async (_, notes, code) => {
  expect(await ask(notes(), '--policy', policyFile)).toMatchObject({ code: 1, err: expect.stringMatching(new RegExp(`^mns: ${code}: `)) as unknown, out: '' });
});

test('a record logged after what the tokens cover is not shown as covered', async () => {
  const record = readRecord(log.state, 'alice-cooper')?.entry;
  if (record === undefined) throw new Error('no record');
  const notes = { 'one.example': noteOf(one, nowSec), 'two.example': noteOf(two, nowSec) };
  log.seal([makeUpdate(world, alice, record, { service: 'new.example' })]);
  await extendCopy(dir, log);
  expect(await ask(notes, '--policy', policyFile)).toMatchObject({ code: 1, err: expect.stringContaining('too-few-tokens: The newest record') as unknown });
  expect(await ask({ 'one.example': noteOf(one, nowSec), 'two.example': noteOf(two, nowSec) }, '--policy', policyFile)).toMatchObject({ code: 0 });
});

test('without a policy none is asked for; DIR/policy.txt counts by itself; a bad one is refused', async () => {
  expect(await ask({})).toMatchObject({ code: 0 });
  expect(existsSync(tablePath(dir))).toBe(false);
  writeFileSync(join(dir, 'bad-policy'), 'quorum none\n');
  expect(await ask({}, '--policy', join(dir, 'bad-policy'))).toMatchObject({ code: 1, err: expect.stringContaining('bad-token-policy') as unknown });
  expect(await ask({}, '--policy', join(dir, 'missing'))).toMatchObject({ code: 1, err: expect.stringContaining('no-file') as unknown });
  writeFileSync(join(dir, 'policy.txt'), formatTokenPolicy({ maxAgeSec: 600, threshold: 1, validators: [{ name: one.vkey.name, url: null, vkey: one.vkey }] }));
  expect(await ask({})).toMatchObject({ code: 1, err: expect.stringContaining('too-few-tokens') as unknown });
});
