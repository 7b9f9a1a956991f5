import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeDispute, makeReassign } from '../../core/assertion/fixture-names';
import { makeRegister, makeRegistry, makeUpdate } from '../../core/assertion/fixtures';
import { DEFAULT_DELAYS } from '../../core/assertion/policy-defaults';
import { FixtureLog } from '../../core/registry/fixture-log';
import { readRecord } from '../../core/registry/state';
import { type Serving, runMns, startServing } from './processes-for-tests';
import { type Copied, copyOf, keyFileOf, makePerson, PASSPHRASE } from './provider-for-tests';

// Reassignments take effect after two periods here: a registry for tests may say so in its genesis.
const delays = { ...DEFAULT_DELAYS, noticeSec: 120 };
const world = makeRegistry('messages', { delays, floors: delays });
const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((label) => makePerson(world, label));
if (alice === undefined || bob === undefined || carol === undefined) throw new Error('three people');
const log = new FixtureLog(world);
const folder = mkdtempSync(join(tmpdir(), 'mns-messages-'));
const at = (file: string) => join(folder, file);
const copies: Copied[] = [];
const providers: Serving[] = [];
const recordOf = (name: string) => {
  const record = readRecord(log.state, name)?.entry;
  if (record === undefined) throw new Error(`@${name} is not registered`);
  return record;
};

beforeAll(async () => {
  log.seal([makeRegister(world, alice, '@alice-a', { service: 'one.example' }), makeRegister(world, bob, '@bob-the-bob', { service: 'two.example' }), makeRegister(world, carol, '@carol-carol', { service: 'one.example' })]);
  for (const host of ['one', 'two']) {
    const copy = await copyOf(at(host), log);
    copies.push(copy);
    providers.push(await startServing(['--data', copy.dir, '--mail-host', `${host}.example`]));
  }
  for (const person of [alice, bob, carol]) keyFileOf(at(person.label), person);
});

afterAll(async () => {
  const codes = await Promise.all(providers.map((provider) => provider.stop()));
  await Promise.all(copies.map((copy) => copy.close()));
  expect(codes).toEqual(providers.map(() => 0));
});

/** everywhere seals, and waits until both providers answer from it. */
async function everywhere(...assertions: Parameters<FixtureLog['seal']>[0]): Promise<void> {
  const { refused, seal } = log.seal(assertions);
  expect(refused).toEqual([]);
  await Promise.all(copies.map((copy) => copy.follow()));
  const untilMs = Date.now() + 20_000;
  for (const provider of providers) {
    for (;;) {
      const { asOf } = (await (await fetch(`http://${provider.at}/healthz`)).json()) as { asOf: { seal: number } };
      if (asOf.seal >= seal.number) break;
      if (Date.now() > untilMs) throw new Error(`still at seal ${asOf.seal}: ${provider.log()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

const connect = () => ['one', 'two'].flatMap((host, index) => ['--connect', `${host}.example=${providers[index]?.at}`]);
const mns = async (...argv: string[]) => {
  const ended = await runMns([...argv, ...connect(), '--json'], { MNS_PASSPHRASE: PASSPHRASE });
  return { ...ended, json: ended.out.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>) };
};
const deliver = (who: string, to: string, text: string, ...more: string[]) => mns('deliver', to, text, '--key', at(who), '--data', at('two'), ...more);
const inbox = (who: string, ...more: string[]) => mns('inbox', '--key', at(who), '--data', at('one'), ...more);

test('@bob at one provider writes to @alice at another; she reads it once, and it is from him', async () => {
  const sent = await deliver('bob', '@Alice-A', 'Hello Alice,\ncoffee at four?');
  expect(sent, sent.err).toMatchObject({ code: 0, json: [{ host: 'one.example', isNew: true, tenure: 'alice-a.0', udf: alice.udf, warnings: [] }] });
  const read = await inbox('alice');
  expect(read, read.err).toMatchObject({ code: 0, json: [{ from: bob.udf, problem: null, text: 'Hello Alice,\ncoffee at four?', toName: 'alice-a.0' }] });
  expect((await inbox('alice')).json).toEqual([]);
});

test('alice moves to another provider: the next message goes there, with no word to bob, and the old provider takes no more', async () => {
  await everywhere(makeUpdate(world, alice, recordOf('alice-a'), { service: 'two.example' }));
  // Whoever still goes to the first provider is told that it is not there any more.
  const late = await runMns(['deliver', '@alice-a', 'Anybody?', '--key', at('bob'), '--data', at('two'), '--connect', `two.example=${providers[0]?.at}`], { MNS_PASSPHRASE: PASSPHRASE });
  expect(late).toMatchObject({ code: 1, err: expect.stringMatching(/^mns: refused-there: .* 404 not-hosted/) });
  const sent = await deliver('bob', '@alice-a', 'Still there?');
  expect(sent.json).toMatchObject([{ host: 'two.example', tenure: 'alice-a.0', warnings: [] }]);
  expect(existsSync(join(at('two'), 'mail', alice.udf))).toBe(true);
  const read = await inbox('alice');
  expect(read.json).toMatchObject([{ from: bob.udf, text: 'Still there?' }]);
  // By the provider's word instead of an own copy, the same.
  const asked = await mns('deliver', '@alice-a', 'Third', '--key', at('bob'), '--server', `http://${providers[0]?.at}`);
  expect(asked, asked.err).toMatchObject({ code: 0, json: [{ host: 'two.example' }] });
});

test('the name is reassigned: bob, who knew alice under it, still reaches her and is warned; whoever is new to it reaches the new holder', async () => {
  await everywhere(makeDispute(world, recordOf('alice-a'), 'C-1'));
  await everywhere(makeReassign(world, carol, recordOf('alice-a'), { service: 'one.example' }));
  for (let minute = 0; minute < 3; minute += 1) await everywhere();
  expect(recordOf('alice-a')).toMatchObject({ registration: 'reassigned', tenure: 1, udf: carol.udf });
  const kept = await deliver('bob', '@alice-a', 'Are you still you?');
  expect(kept, kept.err).toMatchObject({ code: 0, json: [{ host: 'two.example', tenure: 'alice-a.0', udf: alice.udf }] });
  expect(kept.err).toMatch(/warning: kept: /);
  const fresh = await deliver('bob', '@alice-a', 'Hello new one', '--contacts', at('others'));
  expect(fresh.json).toMatchObject([{ host: 'one.example', tenure: 'alice-a.1', udf: carol.udf }]);
  expect(fresh.err).toMatch(/warning: reassigned: /);
  expect((await inbox('alice')).json.map(({ text }) => text)).toEqual(['Third', 'Are you still you?']);
  expect((await inbox('carol')).json.map(({ text }) => text)).toEqual(['Hello new one']);
  // Until he chooses.
  expect((await deliver('bob', '@alice-a', 'You then', '--current')).json).toMatchObject([{ tenure: 'alice-a.1' }]);
  expect((await deliver('bob', '@alice-a', 'And again')).json).toMatchObject([{ tenure: 'alice-a.1' }]);
});
