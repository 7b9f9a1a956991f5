import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeIdentity, makeRegister, makeRegistry, makeUpdate } from '../../core/assertion/fixtures';
import { FixtureLog } from '../../core/registry/fixture-log';
import { readRecord } from '../../core/registry/state';
import { verifyEvidence } from '../../core/validation/verify-evidence';
import { CopyReader } from '../../copy/copy-reader';
import { type ServedSource, serveSource } from '../../copy/http-for-tests';
import { TestSource } from '../../copy/source-for-tests';
import { provideFastCrypto } from '../../native/fast-hash';
import { type TestIo, testIo } from '../io-for-tests';
import { run } from '../run';

const root = mkdtempSync(join(tmpdir(), 'mns-following-'));
const world = makeRegistry('following');
const alice = makeIdentity(world.registry, 'alice');
const closing: (() => Promise<unknown>)[] = [];

beforeAll(() => void provideFastCrypto());
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(root, { force: true, recursive: true });
});

function newLog(): FixtureLog {
  const log = new FixtureLog(world);
  log.seal([makeRegister(world, alice, '@alice-cooper')]);
  log.seal(Array.from({ length: 20 }, (_, i) => makeRegister(world, makeIdentity(world.registry, `p${i}`), `person-${i}-long`)));
  for (let i = 0; i < 260; i++) log.seal([]);
  return log;
}

function updated(log: FixtureLog, service: string): void {
  const record = readRecord(log.state, 'alice-cooper')?.entry;
  if (record === undefined) throw new Error('the name is registered');
  log.seal([makeUpdate(world, alice, record, { service })]);
}

async function serving(source: TestSource): Promise<ServedSource> {
  const served = await serveSource(source);
  closing.push(() => served.close());
  return served;
}

/** inBackground runs a command until the test's end, and waits until it has said something. */
async function inBackground(args: readonly string[], pattern: RegExp, clock: () => number): Promise<TestIo & { end(): Promise<number> }> {
  const io = testIo({ clock });
  const done = run(args, io);
  const end = () => {
    io.stopNow();
    return done;
  };
  closing.push(end);
  await said(io, pattern);
  return { ...io, end };
}

async function said(io: TestIo, pattern: RegExp): Promise<void> {
  const all = () => [...io.outLines, ...io.errLines].join('\n');
  for (let i = 0; i < 1_500 && !pattern.test(all()); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(all()).toMatch(pattern);
}

test('a provider follows, mirrors what it has, and another follows the mirror; a damaged file is never served wrong, is named, and is repaired', async () => {
  const log = newLog();
  const source = new TestSource(log);
  const registry = await serving(source);
  const clock = () => (log.last?.timeSec ?? 0) + 5;
  const [first, second] = [join(root, 'first'), join(root, 'second')];
  const serve = await inBackground(['serve', '--data', first, '--http', '127.0.0.1:0', '--follow', registry.url], /HTTP on/, clock);
  const mirror = `http://127.0.0.1:${/HTTP on [^ ]*:(\d+)/.exec(serve.outLines.join('\n'))?.[1] ?? ''}`;
  for (let i = 0; i < 500 && !(await fetch(`${mirror}/healthz`)).ok; i++) await new Promise((resolve) => setTimeout(resolve, 20));

  const once = testIo({ clock });
  expect(await run(['follow', mirror, '--data', second, '--once'], once)).toBe(0);
  expect(once.outLines.join('\n')).toContain(`seal ${log.seals.length - 1} `);
  expect(readFileSync(join(second, 'names', 'entries')).equals(readFileSync(join(first, 'names', 'entries')))).toBe(true);
  for (const target of [mirror, second]) {
    const checked = testIo({ clock });
    expect(await run(['fsck', target], checked), checked.outLines.join('\n')).toBe(0);
    expect(checked.outLines.join('\n')).toContain('all is as it must be');
  }
  expect(await (await fetch(`${mirror}/checkpoint`)).text()).toBe(log.notes().names);
  expect(await (await fetch(`${mirror}/evidence`)).json()).toEqual({ evidence: [] });

  const at = CopyReader.open(first).names.startOf(7) + 60;
  const entries = readFileSync(join(first, 'names', 'entries'));
  writeFileSync(join(first, 'names', 'entries'), entries.with(at, (entries[at] ?? 0) ^ 1));
  const answer = await fetch(`${mirror}/tlog/names/tile/entries/000`);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ code: 'damaged-copy', detail: expect.stringContaining('names/entries: entry 7') });
  expect((await fetch(`${mirror}/tlog/names/tile/0/000`)).status).toBe(200);
  const named = testIo({ clock });
  expect(await run(['fsck', first], named)).toBe(1);
  expect(named.outLines.join('\n')).toContain('damaged: names/entries: entry 7');
  expect(await serve.end()).toBe(0);
  const repaired = testIo({ clock });
  expect(await run(['fsck', first, '--repair'], repaired)).toBe(0);
  expect(await run(['follow', registry.url, '--data', first, '--once'], testIo({ clock }))).toBe(0);
  expect(await run(['fsck', first], testIo({ clock }))).toBe(0);
  expect(readFileSync(join(first, 'names', 'entries')).equals(entries)).toBe(true);
});

test('a log that stands still is told once, and a peer that was shown another log is told with evidence that anybody can check', async () => {
  const [log, other] = [newLog(), newLog()];
  updated(log, 'one.example');
  updated(other, 'two.example');
  const registry = await serving(new TestSource(log));
  const peer = await serving(new TestSource(other));
  const dir = join(root, 'third');
  expect(await run(['policy', 'peer', peer.url, '--data', dir], testIo())).toBe(0);
  const late = (log.last?.timeSec ?? 0) + 3_600;
  const follow = await inBackground(['follow', registry.url, '--data', dir], /evidence against the registry/, () => late);
  const lines = follow.errLines.join('\n');
  expect(lines).toContain('the log stands still');
  expect(lines).toContain(`the registry shows ${peer.url} another log than this machine`);
  const file = /evidence\/(fork-[0-9a-f]+\.mns-evidence\.json)/.exec(lines)?.[1] ?? '';
  expect(verifyEvidence(readFileSync(join(dir, 'evidence', file)), { registry: world.registry })).toMatchObject({ kind: 'fork', ok: true });
  expect(await follow.end()).toBe(0);
});

test('a follower that starts before its registry waits for it', async () => {
  const log = newLog();
  const registry = await serving(new TestSource(log));
  let isAway = true;
  registry.before = (_, res) => {
    if (isAway) res.writeHead(403).end();
    return isAway;
  };
  const follow = await inBackground(['follow', registry.url, '--data', join(root, 'early')], /waiting: bad-answer/, () => (log.last?.timeSec ?? 0) + 5);
  isAway = false;
  await said(follow, new RegExp(`seal ${log.seals.length - 1} `));
  expect(await follow.end()).toBe(0);
});

test('while the registry is away, and while it lies, the copy stays; each trouble is told when it begins and when it is over', async () => {
  const log = newLog();
  const source = new TestSource(log);
  const registry = await serving(source);
  const dir = join(root, 'fourth');
  const clock = () => (log.last?.timeSec ?? 0) + 5;
  expect(await run(['follow', registry.url, '--data', dir, '--once'], testIo({ clock }))).toBe(0);
  const restored = new FixtureLog(world);
  source.show(restored);
  const lied = testIo({ clock });
  expect(await run(['follow', registry.url, '--data', dir, '--once'], lied)).toBe(1);
  expect(lied.errLines.join('\n')).toContain('mns: rolled-back:');
  const follow = await inBackground(['follow', registry.url, '--data', dir], /refused, and the copy stays as it is: rolled-back/, clock);
  updated(log, 'later.example');
  source.show(log);
  await said(follow, /all is well again/);
  await said(follow, new RegExp(`seal ${log.seals.length - 1} `));
  expect(follow.errLines.filter((line) => line.includes('rolled-back'))).toHaveLength(1);
  expect(await follow.end()).toBe(0);
  const pinned = testIo({ clock });
  expect(await run(['follow', registry.url, '--data', dir, '--once', '--registry', 'x'], pinned)).toBe(2);
});
