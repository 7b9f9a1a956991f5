import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EMPTY_ROOT } from '../../core/tlog/hash';
import { parseNote, verifyNote } from '../../core/note/note';
import { CliRefusal } from '../cli-refusal';
import { requestOf, TestLog, testKey } from './log-for-tests';
import { readLogList } from './log-list';
import { hashOf, Witness } from './witness';
import { openWitnessKey } from './witness-key';

const LOG = new TestLog('log.example/one');
const KEY = testKey();
const NOW = 1_800_000_000;
const folderFor = () => mkdtempSync(join(tmpdir(), 'mns-witness-'));
const witnessOf = (folder = folderFor()) => new Witness(folder, [{ origin: LOG.origin, vkeys: [LOG.vkey] }], KEY, () => NOW);
const status = (witness: Witness, body: Uint8Array) => witness.addCheckpoint(body).status;

test('a checkpoint that continues the last one is cosigned, at the time it is, and shown with the log’s line and the witness’s', () => {
  const witness = witnessOf();
  expect(witness.showCheckpoint(hashOf(LOG.origin)).status).toBe(404);
  const first = witness.addCheckpoint(LOG.request(0, 5));
  expect(first).toMatchObject({ contentType: 'text/plain; charset=utf-8', status: 200 });
  const grown = witness.addCheckpoint(LOG.request(5, 12));
  expect(grown.status).toBe(200);
  const shown = witness.showCheckpoint(hashOf(LOG.origin));
  expect(shown.body.endsWith(grown.body)).toBe(true);
  const { verified } = verifyNote(parseNote(shown.body), [LOG.vkey, KEY.vkey]);
  expect(verified.map(({ timeSec, vkey }) => [vkey.name, timeSec])).toEqual([[LOG.origin, null], [KEY.vkey.name, NOW]]);
  // Again the same: cosigned anew, which is how a witness keeps its time fresh.
  expect(status(witness, LOG.request(12, 12, []))).toBe(200);
});

test('each wrong request gets the status of the specification, and none changes what is kept', () => {
  const witness = witnessOf();
  expect(status(witness, LOG.request(0, 5))).toBe(200);
  const before = witness.showCheckpoint(hashOf(LOG.origin)).body;
  const fork = new TestLog(LOG.origin, { fork: 'other' });
  const stranger = new TestLog(LOG.origin, { fill: 9 });
  const good = LOG.proof(5, 12);
  const broken = LOG.note(12).replace(/(— \S+ \S{20})(.)/, (_, start: string, letter: string) => `${start}${letter === 'A' ? 'B' : 'A'}`);
  const cases: [status: number, what: string, body: Uint8Array][] = [
    [400, 'nothing', new Uint8Array()],
    [400, 'no old line', requestOf('five', good, LOG.note(12))],
    [400, 'a leading zero', requestOf('05', good, LOG.note(12))],
    [400, 'a size beyond what can be counted', requestOf('9223372036854775808', good, LOG.note(12))],
    [400, 'too many hashes', requestOf(5, Array.from({ length: 64 }, () => new Uint8Array(32)), LOG.note(12))],
    [400, 'a short hash', requestOf(5, [new Uint8Array(31)], LOG.note(12))],
    [400, 'a note without signatures', requestOf(5, good, LOG.note(12).split('\n\n')[0] ?? '')],
    [400, 'a root of 31 bytes', requestOf(5, good, LOG.signed(`${LOG.origin}\n12\n${Buffer.alloc(31).toString('base64')}\n`))],
    [400, 'no UTF-8', Uint8Array.of(...LOG.request(5, 12).subarray(0, 40), 0xff, ...LOG.request(5, 12).subarray(40))],
    [400, 'an old size above the checkpoint', requestOf(13, [], LOG.note(12))],
    [404, 'another origin', new TestLog('log.example/two').request(5, 12)],
    [403, 'another key', stranger.request(5, 12)],
    [403, 'a signature that does not hold', requestOf(5, good, broken)],
    [403, 'a forged line beside a good one', requestOf(5, good, `${LOG.note(12)}${broken.split('\n\n')[1]}`)],
    [409, 'an old size that was not the last', LOG.request(4, 12)],
    [409, 'no state', LOG.request(0, 12)],
    [422, 'a fork', requestOf(5, fork.proof(6, 12), fork.note(12))],
    [422, 'a proof left out', requestOf(5, [], LOG.note(12))],
    [422, 'one hash too many', requestOf(5, [...good, new Uint8Array(32)], LOG.note(12))],
    [422, 'the same size, another root', requestOf(5, [], LOG.note(5, new Uint8Array(32)))],
    [422, 'the same size and a proof', requestOf(5, [new Uint8Array(32)], LOG.note(5))],
  ];
  for (const [expected, what, body] of cases) {
    const answer = witness.addCheckpoint(body);
    expect(answer.status, `${what}: ${answer.body}`).toBe(expected);
    if (expected === 409) expect(answer).toMatchObject({ body: '5\n', contentType: 'text/x.tlog.size' });
    expect(answer.body.includes('—'), what).toBe(false);
  }
  expect(witness.showCheckpoint(hashOf(LOG.origin)).body).toBe(before);
});

test('an empty log may be cosigned with the root of nothing, and grows from there', () => {
  const witness = witnessOf();
  expect(status(witness, LOG.request(0, 0, [], LOG.note(0, new Uint8Array(32))))).toBe(422);
  expect(status(witness, LOG.request(0, 0, [], LOG.note(0, EMPTY_ROOT)))).toBe(200);
  expect(status(witness, LOG.request(0, 5, [new Uint8Array(32)]))).toBe(422);
  expect(status(witness, LOG.request(0, 5))).toBe(200);
});

test('lines of others are not served, and a line under the witness’s own name changes nothing', () => {
  const witness = witnessOf();
  const own = `— ${KEY.vkey.name} ${Buffer.alloc(76, 1).toString('base64')}\n`;
  expect(status(witness, requestOf(0, [], `${LOG.note(5)}${own}— other.example AAAAAAAA\n`))).toBe(200);
  expect(witness.showCheckpoint(hashOf(LOG.origin)).body).not.toMatch(/other\.example|AQEBAQ/);
});

test('a checkpoint with extension lines, as other logs have them, is cosigned whole', () => {
  const witness = witnessOf();
  expect(status(witness, requestOf(0, [], LOG.note(5, LOG.root(5), 'more\nlines\n')))).toBe(200);
  expect(witness.showCheckpoint(hashOf(LOG.origin)).body).toContain('\nmore\nlines\n\n');
});

test('what was cosigned outlives the process; a file that is damaged, or can’t be written, stops the witness and not its memory', () => {
  const folder = folderFor();
  expect(status(witnessOf(folder), LOG.request(0, 5))).toBe(200);
  expect(status(witnessOf(folder), LOG.request(0, 5))).toBe(409);
  const witness = witnessOf(folder);
  rmSync(folder, { recursive: true });
  expect(() => witness.addCheckpoint(LOG.request(5, 12))).toThrow(/ENOENT/);
  // Nothing was signed, so the old size is still the last one.
  expect(witness.addCheckpoint(LOG.request(0, 5))).toMatchObject({ body: '5\n', status: 409 });
  const other = folderFor();
  expect(status(witnessOf(other), LOG.request(0, 5))).toBe(200);
  const file = join(other, readdirSync(other)[0] ?? '');
  chmodSync(file, 0o600);
  writeFileSync(file, readFileSync(file).subarray(1));
  expect(() => witnessOf(other)).toThrow(CliRefusal);
});

test('a key file is made once, read again, and refused for another name or another kind of key', () => {
  const file = join(folderFor(), 'key');
  const random = (count: number) => new Uint8Array(count).fill(3);
  const made = openWitnessKey(file, 'w.example', random);
  expect(readFileSync(file, 'latin1')).toMatch(/^PRIVATE\+KEY\+w\.example\+[0-9a-f]{8}\+/);
  expect(openWitnessKey(file, null, random).vkey).toEqual(made.vkey);
  expect(() => openWitnessKey(file, 'v.example', random)).toThrow(/bad-key-file/);
  writeFileSync(file, 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n');
  expect(() => openWitnessKey(file, null, random)).toThrow(/bad-key-file/);
});

test('the witness network’s log list is read, with an origin of its own where one is given', () => {
  const logs = readLogList(`logs/v0\n# a comment\n\nvkey ${LOG.text}\nqpd 1440\ncontact a@example.com\n\nvkey ${new TestLog('b.example').text}\norigin other.example\n`);
  expect(logs.map(({ origin, vkeys }) => [origin, vkeys[0]?.name])).toEqual([['log.example/one', 'log.example/one'], ['other.example', 'b.example']]);
  expect(() => readLogList('vkey x\n')).toThrow(/bad-file/);
});
