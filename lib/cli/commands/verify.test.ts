import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { vectors } from '../../../.config/vectors';
import * as fixtures from '../../core/assertion/fixtures';
import { utf8 } from '../../core/bytes/bytes';
import { formatTlogProof } from '../../core/checkpoint/tlog-proof';
import { cosignatureToSign, formatCosignature } from '../../core/note/cosignature';
import { signatureLine } from '../../core/note/note';
import { formatVkey } from '../../core/note/vkey';
import { FixtureLog } from '../../core/registry/fixture-log';
import { encodeEvidence, type Evidence } from '../../core/validation/evidence-file';
import { fixtureProof } from '../../core/validation/fixture-proof';
import { formatTokenPolicy } from '../../core/validation/token-policy';
import { encodeReceiptFile } from '../../core/validation/receipt-file';
import { inclusionPlan } from '../../core/tlog/inclusion';
import { runPlan } from '../../core/tlog/nodes';
import { testIo } from '../io-for-tests';
import { run } from '../run';
import { TestLog, testKey } from '../witness/log-for-tests';

const folder = mkdtempSync(join(tmpdir(), 'mns-verify-'));

async function verify(bytes: Uint8Array | string, ...options: string[]) {
  const file = join(folder, 'file');
  writeFileSync(file, bytes);
  const io = testIo();
  const code = await run(['verify', file, ...options], io);
  return { code, err: io.errLines.join('\n'), out: io.outLines.join('\n') };
}

const world = fixtures.makeRegistry('verify');
const alice = fixtures.makeIdentity(world.registry, 'alice');
function sealed(service: string): FixtureLog {
  const log = new FixtureLog(world);
  log.seal([fixtures.makeRegister(world, alice, 'alice-cooper', { service })]);
  return log;
}

test('a receipt passes for the registry that is pinned, and for no other, and an unpinned one is not a yes', async () => {
  const log = sealed('one.example');
  const file = encodeReceiptFile({ createdSec: 1, format: 'mns-receipt/v1', proof: fixtureProof(log, { kind: 'name', name: 'alice-cooper', tenure: null }), receipt: null });
  const good = await verify(file, '--registry', world.registry);
  expect(good).toMatchObject({ code: 0, err: '' });
  expect(good.out).toMatch(/@alice-cooper\.0 was held by M/);
  const unpinned = await verify(file);
  expect([unpinned.code, unpinned.err.includes(world.registry)]).toEqual([1, true]);
  expect((await verify(file, '--registry', fixtures.makeRegistry('other').registry)).out).toContain('wrong-registry');
  const policy = join(folder, 'policy');
  writeFileSync(policy, formatTokenPolicy({ maxAgeSec: 600, threshold: 1, validators: [{ name: 'w1', url: null, vkey: testKey().vkey }] }));
  expect((await verify(file, '--registry', world.registry, '--policy', policy)).out).toContain('too-few-tokens');
  const json = await verify(file, '--registry', world.registry, '--json');
  expect(JSON.parse(json.out)).toMatchObject({ kind: 'receipt', ok: true, summary: { name: 'alice-cooper', udf: alice.udf } });
  const text = new TextDecoder().decode(file);
  const edited = await verify(text.replace('"createdSec":1', '"createdSec": 1'), '--registry', world.registry);
  expect([edited.code, edited.out.includes('not-canonical')]).toEqual([1, true]);
});

test('two views of one size, signed by the registry, convict it on a machine that has only the file', async () => {
  const [one, two] = [sealed('one.example').notes().names, sealed('two.example').notes().names];
  const fork = (later: string): Uint8Array => encodeEvidence({ consistency: [], earlier: one, format: 'mns-evidence/v1', kind: 'fork', later, log: 'names', policies: [world.genesis.envelope], registry: world.registry, root: null } satisfies Evidence);
  expect(await verify(fork(two), '--registry', world.registry)).toMatchObject({ code: 0 });
  expect((await verify(fork(one), '--registry', world.registry)).code).toBe(1);
  expect((await verify(fork(two))).code).toBe(1);
});

test('a .tlog-proof of any log passes with its key, the entry and enough cosigners, and fails without any of them', async () => {
  const log = new TestLog('log.example/proofs');
  const key = testKey();
  const line = (timeSec: number, text: string) => signatureLine(key.vkey.name, key.vkey.keyId, formatCosignature({ signature: key.sign(cosignatureToSign(timeSec, text)), timeSec }));
  const plain = log.note(12);
  const note = plain + line(1_700_000_000, plain.split('\n\n')[0] + '\n');
  const leaves = log.leaves(12);
  const proof = runPlan(inclusionPlan(3, 12), 12, () => Buffer.concat(leaves));
  const file = formatTlogProof({ extra: null, index: 3, note, proof });
  const entry = join(folder, 'entry');
  writeFileSync(entry, 'entry 3');
  const options = ['--log', log.text, '--cosigner', formatVkey(key.vkey), '--entry', entry];
  expect(await verify(file, ...options)).toMatchObject({ code: 0, err: '' });
  expect((await verify(formatTlogProof({ extra: utf8('entry 3'), index: 3, note, proof }), ...options.slice(0, 4))).code).toBe(0);
  expect((await verify(file, ...options.slice(0, 4))).out).toContain('does not bring the entry');
  expect((await verify(formatTlogProof({ extra: null, index: 3, note: plain, proof }), ...options)).out).toContain('0 of the cosigners');
  expect((await verify(file, ...options, '--quorum', '2')).code).toBe(1);
  const policy = join(folder, 'policy');
  writeFileSync(policy, formatTokenPolicy({ maxAgeSec: 600, threshold: 1, validators: [{ name: 'w1', url: null, vkey: key.vkey }] }));
  expect((await verify(file, '--log', log.text, '--entry', entry, '--policy', policy)).code).toBe(0);
  expect((await verify(formatTlogProof({ extra: null, index: 3, note: plain, proof }), '--log', log.text, '--entry', entry, '--policy', policy)).code).toBe(1);
  expect((await verify(file, '--log', new TestLog('log.example/proofs', { fill: 9 }).text, '--entry', entry)).out).toContain('untrusted-note');
  expect((await verify(formatTlogProof({ extra: null, index: 4, note, proof }), ...options)).out).toContain('bad-inclusion');
  expect((await verify(file)).code).toBe(2);
});

const published = vectors<{ invalid: string[]; valid: { encoded: string }[] }>('proof/tlog-proof-parse.json');
// Skipped only where the published vectors are absent.
test.skipIf(published === null)('published bad proof files are refused as such; published good ones only for their unsigned checkpoints', async () => {
  const { text } = new TestLog('log.example/any');
  for (const file of published?.invalid ?? []) expect((await verify(file, '--log', text)).code, file).toBe(1);
  for (const { encoded } of published?.valid ?? []) {
    const { steps } = JSON.parse((await verify(encoded, '--log', text, '--json')).out) as { steps: { code: string; state: string }[] };
    expect(steps.slice(0, 2).map(({ code, state }) => `${code} ${state}`)).toEqual(['form ok', 'checkpoint failed']);
  }
});

test('what is none of these files, or no file, is one line', async () => {
  for (const bytes of ['', '{}', '{"format":"mns-snapshot/v1"}', '\u0000\u0001', '[]']) expect((await verify(bytes)).err).toMatch(/^mns: bad-file: /);
  const io = testIo();
  expect(await run(['verify', join(folder, 'nowhere')], io)).toBe(1);
  expect(io.errLines).toEqual([expect.stringMatching(/^mns: no-file: /)]);
});
