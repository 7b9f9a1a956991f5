import { execFile, execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Answer } from 'dns-packet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeIdentity, makeRegister, makeRegistry, makeUpdate } from '../../core/assertion/fixtures';
import { FixtureLog } from '../../core/registry/fixture-log';
import { readRecord } from '../../core/registry/state';
import { type Heard, heard, queryFor } from '../dns/dns-for-tests';
import { openZoneServer, type ZoneServer } from '../dns/zone-server-for-tests';
import { testIo } from '../io-for-tests';
import { extendCopy } from '../names/copy-for-tests';
import { tablePath } from '../names/table-file';
import { run } from '../run';

const world = makeRegistry('serve');
const [alice, bob] = [makeIdentity(world.registry, 'alice'), makeIdentity(world.registry, 'bob')];
const log = new FixtureLog(world);
const dir = mkdtempSync(join(tmpdir(), 'mns-serve-'));
const a = (name: string, data: string): Answer => ({ type: 'A', name, ttl: 120, data });
let timeSec = 0;
let zone: ZoneServer;
let upstream: ZoneServer;
let server: Serving;
let plain: Serving;

interface Serving {
  http: string;
  dns: number;
  stop(): Promise<void>;
}

/** start runs `mns serve` in this process until it says that it is ready. */
async function start(options: readonly string[], data = dir): Promise<Serving> {
  const io = testIo({ clock: () => timeSec });
  const done = run(['serve', '--data', data, '--http', '0', '--dns', '0', ...options], io);
  for (let i = 0; i < 2_000 && !io.outLines.some((line) => /ready|no whole copy/.test(line)); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(io.errLines).toEqual([]);
  const port = (what: string) => Number(new RegExp(`${what} on [^ ]*:(\\d+)`).exec(io.outLines.join('\n'))?.[1]);
  return {
    http: `http://127.0.0.1:${port('HTTP')}`,
    dns: port('DNS'),
    stop: async () => {
      io.stopNow();
      expect(await done).toBe(0);
    },
  };
}

beforeAll(async () => {
  log.seal([makeRegister(world, alice, '@alice-cooper', { dns: ['127.0.0.1'] }), makeRegister(world, bob, 'bobby-tables', { dns: ['::1', '127.0.0.1'] })]);
  expect(log.seals.at(-1)?.refused).toEqual([]);
  timeSec = (log.last?.timeSec ?? 0) + 30;
  await extendCopy(dir, log);
  zone = await openZoneServer({
    'coffeepot.alice-cooper.mm--': { answers: [a('coffeepot.alice-cooper.mm--', '192.0.2.77')] },
    'kitchen.alice-cooper.mm--': { answers: [{ type: 'CNAME', name: 'kitchen.alice-cooper.mm--', ttl: 60, data: 'coffeepot.alice-cooper.mm--' }, a('coffeepot.alice-cooper.mm--', '192.0.2.77')] },
    'thief.alice-cooper.mm--': { answers: [{ type: 'CNAME', name: 'thief.alice-cooper.mm--', ttl: 60, data: 'bobby-tables.mm--' }, a('bobby-tables.mm--', '6.6.6.6'), a('bank.example', '6.6.6.6')] },
    'big.alice-cooper.mm--': { isCut: true, answers: Array.from({ length: 60 }, (_, i) => a('big.alice-cooper.mm--', `192.0.2.${i}`)) },
    'forged.alice-cooper.mm--': { forged: [a('forged.alice-cooper.mm--', '6.6.6.6')], answers: [a('forged.alice-cooper.mm--', '192.0.2.78')] },
    'silent.alice-cooper.mm--': { isSilent: true },
    'deep.down.alice-cooper.mm--': { authorities: [{ type: 'NS', name: 'down.alice-cooper.mm--', ttl: 60, data: 'ns1.alice-cooper.mm--' }], additionals: [a('ns1.alice-cooper.mm--', '127.0.0.1')] },
  });
  upstream = await openZoneServer({ 'example.com': { answers: [a('example.com', '192.0.2.200')] } });
  server = await start(['--recurse', '--recurse-private', '--recurse-port', String(zone.port), '--upstream', `127.0.0.1:${upstream.port}`]);
  plain = await start([]);
});

afterAll(async () => {
  await Promise.all([server, plain, zone, upstream].map((one) => ('stop' in one ? one.stop() : one.close())));
  rmSync(dir, { recursive: true, force: true });
});

/** overUdp asks a server over a real socket. */
async function overUdp(port: number, name: string, how: Parameters<typeof queryFor>[1] = {}): Promise<Heard> {
  const socket = createSocket('udp4');
  try {
    return heard(
      await new Promise<Buffer>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`no answer about ${name}`)), 8_000);
        socket.once('message', (answer) => {
          clearTimeout(late);
          resolve(answer);
        });
        socket.send(queryFor(name, how), port, '127.0.0.1');
      }),
    );
  } finally {
    socket.close();
  }
}

/** overTcp sends all queries at once, cut into small pieces, and gives the answers as they come. */
async function overTcp(port: number, queries: readonly Buffer[]): Promise<Heard[]> {
  const socket = connect(port, '127.0.0.1');
  const framed = Buffer.concat(queries.flatMap((query) => [Buffer.from([query.length >> 8, query.length & 255]), query]));
  for (let at = 0; at < framed.length; at += 50) socket.write(framed.subarray(at, at + 50));
  let got = Buffer.alloc(0);
  const answers: Heard[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    got = Buffer.concat([got, chunk]);
    while (got.length >= 2 && got.length >= 2 + got.readUInt16BE(0)) {
      const end = 2 + got.readUInt16BE(0);
      answers.push(heard(got.subarray(2, end)));
      got = got.subarray(end);
    }
    if (answers.length === queries.length) break;
  }
  socket.destroy();
  return answers;
}

const recursive = { isRecursive: true };

test('over UDP a name is delegated, and what lies below is referred or, with --recurse, answered', async () => {
  const delegation = { answers: [], authority: ['alice-cooper.mm-- NS 300 ns1.alice-cooper.mm--'], additional: ['ns1.alice-cooper.mm-- A 300 127.0.0.1'] };
  expect(await overUdp(plain.dns, 'alice-cooper.mm--')).toMatchObject(delegation);
  expect(await overUdp(plain.dns, 'coffeepot.alice-cooper.mm--', recursive)).toMatchObject({ ...delegation, ra: false });
  expect(await overUdp(server.dns, 'coffeepot.alice-cooper.mm--')).toMatchObject(delegation);
  expect(await overUdp(server.dns, 'CoffeePot.alice-cooper.mm--', recursive)).toMatchObject({ rcode: 'NOERROR', ra: true, question: 'CoffeePot.alice-cooper.mm--', answers: ['coffeepot.alice-cooper.mm-- A 120 192.0.2.77'] });
  expect(await overUdp(server.dns, 'kitchen.alice-cooper.mm--', recursive)).toMatchObject({ answers: ['kitchen.alice-cooper.mm-- CNAME 60 coffeepot.alice-cooper.mm--', 'coffeepot.alice-cooper.mm-- A 120 192.0.2.77'] });
  expect(await overUdp(server.dns, 'tea.alice-cooper.mm--', recursive)).toMatchObject({ rcode: 'NXDOMAIN', ra: true });
});

test('a holder’s server is believed for her own names only, and no forger is', async () => {
  expect(await overUdp(server.dns, 'thief.alice-cooper.mm--', recursive)).toMatchObject({ answers: ['thief.alice-cooper.mm-- CNAME 60 bobby-tables.mm--'] });
  expect(await overUdp(server.dns, 'forged.alice-cooper.mm--', recursive)).toMatchObject({ answers: ['forged.alice-cooper.mm-- A 120 192.0.2.78'] });
});

test('a cut answer is fetched over TCP, and cut again for who asked over UDP', async () => {
  expect(await overUdp(server.dns, 'big.alice-cooper.mm--', { ...recursive, edns: null })).toMatchObject({ tc: true, answers: [] });
  const [whole] = await overTcp(server.dns, [queryFor('big.alice-cooper.mm--', recursive)]);
  expect(whole?.answers).toHaveLength(60);
  expect(zone.asked).toContain('big.alice-cooper.mm-- tcp');
});

test('a silent or endlessly referring server is a failure that is explained, in time', async () => {
  const startMs = performance.now();
  const [silent, deep] = await Promise.all([overUdp(server.dns, 'silent.alice-cooper.mm--', recursive), overUdp(server.dns, 'deep.down.alice-cooper.mm--', recursive)]);
  expect(silent).toMatchObject({ rcode: 'SERVFAIL', error: { code: 22 } });
  expect(deep).toMatchObject({ rcode: 'NOERROR', answers: [] });
  expect(zone.asked.filter((name) => name.startsWith('deep')).length).toBeLessThanOrEqual(4);
  expect(performance.now() - startMs).toBeLessThan(7_000);
});

test('nothing about mm-- goes upstream, and only a server with an upstream answers for other names', async () => {
  expect(await overUdp(server.dns, 'Example.com', recursive)).toMatchObject({ answers: ['example.com A 120 192.0.2.200'] });
  expect(await overUdp(plain.dns, 'example.com', recursive)).toMatchObject({ rcode: 'REFUSED' });
  for (const name of ['nobody.mm--', 'mm--', 'x.nobody.mm--', 'bobby-tables.mm--', 'coffeepot.alice-cooper.mm--', 'MM--']) await overUdp(server.dns, name, recursive);
  expect(upstream.asked).toEqual(['example.com']);
});

test('over TCP many questions on one connection are all answered', async () => {
  const names = ['alice-cooper.mm--', 'nobody.mm--', 'coffeepot.alice-cooper.mm--', 'mm--', 'example.com'];
  const answers = await overTcp(server.dns, names.map((name) => queryFor(name, recursive)));
  expect(answers.map(({ question }) => question).sort()).toEqual([...names].sort());
});

test('over HTTPS’s own encoding, GET and POST give the same, for as long as the TTL says', async () => {
  const query = queryFor('coffeepot.alice-cooper.mm--', recursive);
  const got = await fetch(`${server.http}/dns-query?dns=${query.toString('base64url')}`);
  const posted = await fetch(`${server.http}/dns-query`, { body: new Uint8Array(query), headers: { 'content-type': 'application/dns-message' }, method: 'POST' });
  for (const answer of [got, posted]) {
    expect(answer.headers.get('content-type')).toBe('application/dns-message');
    expect(answer.headers.get('cache-control')).toMatch(/^max-age=1[12]\d$/);
    expect(heard(Buffer.from(await answer.arrayBuffer()))).toMatchObject({ answers: [expect.stringContaining('192.0.2.77')] });
  }
  const statuses = await Promise.all([
    fetch(`${server.http}/dns-query`),
    fetch(`${server.http}/dns-query?dns=AA`),
    fetch(`${server.http}/dns-query?dns=***`),
    fetch(`${server.http}/dns-query`, { body: 'x', method: 'POST' }),
    fetch(`${server.http}/dns-query`, { body: Buffer.alloc(5_000), headers: { 'content-type': 'application/dns-message' }, method: 'POST' }),
    fetch(`${server.http}/dns-query`, { method: 'DELETE' }),
  ]);
  expect(statuses.map(({ status }) => status)).toEqual([400, 400, 400, 415, 413, 405]);
});

test('/resolve says whose a name is and how old the answer is; what is wrong has a code', async () => {
  const answer = await fetch(`${plain.http}/resolve/@Alice-Cooper`);
  expect(answer.headers.get('mns-age')).toBe(String(timeSec - (log.last?.timeSec ?? 0)));
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  expect(await answer.json()).toMatchObject({ name: 'alice-cooper', tenure: 0, udf: alice.udf, host: 'provider.example', warnings: [], asOf: { seal: log.last?.number } });
  const codes = await Promise.all(['@nobody-here', '%40alice-cooper.4', 'example.com', '@', '%zz', '@alice-cooper%23' + bob.udf].map(async (path) => {
    const problem = await fetch(`${plain.http}/resolve/${path}`);
    const { code } = (await problem.json()) as { code: string };
    return [problem.status, code, problem.headers.get('content-type')];
  }));
  const type = 'application/problem+json';
  expect(codes).toEqual([[404, 'unknown-name', type], [404, 'wrong-tenure', type], [422, 'elsewhere', type], [400, 'name-empty', type], [400, 'bad-address', type], [404, 'not-holder', type]]);
  expect(await (await fetch(`${plain.http}/healthz`)).json()).toMatchObject({ ok: true, names: 2, registry: world.registry });
});

test('mns resolve gives the same from a copy and from a server, for people and as JSON', async () => {
  const io = () => testIo({ clock: () => timeSec });
  const [fromCopy, fromServer, forPeople, unknown] = [io(), io(), io(), io()];
  expect(await run(['resolve', 'coffeepot@Alice-Cooper', '--data', dir, '--json'], fromCopy)).toBe(0);
  expect(await run(['resolve', 'coffeepot@Alice-Cooper', '--server', plain.http, '--json'], fromServer)).toBe(0);
  expect(JSON.parse(fromCopy.outLines.join('\n'))).toEqual(JSON.parse(fromServer.outLines.join('\n')));
  expect(await run(['resolve', alice.udf, '--data', dir], forPeople)).toBe(0);
  expect(forPeople.outLines.join('\n')).toMatch(/name +@alice-cooper\.0\n[^]*service +provider\.example\n[^]*DNS servers +127\.0\.0\.1\n[^]*30 seconds ago/);
  expect(await run(['resolve', '@nobody-here', '--data', dir], unknown)).toBe(1);
  expect(unknown.errLines).toEqual(['mns: unknown-name: @nobody-here is not registered.']);
});

test('a new seal is answered from at once, by those that run and by those that start from the saved table', async () => {
  await server.stop();
  expect(readFileSync(tablePath(dir)).length).toBeGreaterThan(100);
  const record = readRecord(log.state, 'bobby-tables')?.entry;
  if (record === undefined) throw new Error('no record');
  log.seal([makeUpdate(world, bob, record, { dns: ['192.0.2.123'] })]);
  await extendCopy(dir, log);
  const wanted = { authority: ['bobby-tables.mm-- NS 300 ns1.bobby-tables.mm--'], additional: ['ns1.bobby-tables.mm-- A 300 192.0.2.123'] };
  let seen = await overUdp(plain.dns, 'bobby-tables.mm--');
  for (let i = 0; i < 100 && seen.authority.length > 1; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    seen = await overUdp(plain.dns, 'bobby-tables.mm--');
  }
  expect(seen).toMatchObject(wanted);
  server = await start([]);
  expect(await overUdp(server.dns, 'bobby-tables.mm--')).toMatchObject(wanted);
  expect(await overUdp(server.dns, 'bobby-tables.mm--', { type: 'TXT' })).toMatchObject({ answers: [expect.stringContaining(`udf=${bob.udf}`)] });
});

test('a table file with one wrong bit is made again, not believed', async () => {
  await server.stop();
  const file = readFileSync(tablePath(dir));
  for (const at of [40, file.length >> 1, file.length - 1]) {
    const bad = Buffer.from(file);
    bad.writeUInt8(bad.readUInt8(at) ^ 1, at);
    writeFileSync(tablePath(dir), bad);
    server = await start([]);
    expect(await overUdp(server.dns, 'bobby-tables.mm--')).toMatchObject({ additional: ['ns1.bobby-tables.mm-- A 300 192.0.2.123'] });
    await server.stop();
  }
  writeFileSync(tablePath(dir), file.subarray(0, 100));
  server = await start([]);
  expect(await (await fetch(`${server.http}/resolve/@bobby-tables`)).json()).toMatchObject({ dns: ['192.0.2.123'] });
});

test('without a copy it runs, and says that it is not ready', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'mns-serve-empty-'));
  const serving = await start([], empty);
  expect(await overUdp(serving.dns, 'alice-cooper.mm--')).toMatchObject({ rcode: 'SERVFAIL', error: { code: 14 } });
  expect((await fetch(`${serving.http}/healthz`)).status).toBe(503);
  expect((await fetch(`${serving.http}/resolve/@alice`)).status).toBe(503);
  await extendCopy(empty, log);
  for (let i = 0; i < 100 && (await fetch(`${serving.http}/healthz`)).status !== 200; i++) await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await fetch(`${serving.http}/healthz`)).status).toBe(200);
  await serving.stop();
  rmSync(empty, { recursive: true, force: true });
});

const execute = promisify(execFile);

test('a damaged copy is not answered from, and is answered from again when it is whole', async () => {
  const data = mkdtempSync(join(tmpdir(), 'mns-serve-damaged-'));
  await extendCopy(data, log);
  const head = readFileSync(join(data, 'head.json'), 'utf8');
  writeFileSync(join(data, 'head.json'), head.replace(/"size":(\d+)/g, '"size":1'));
  const io = testIo({ clock: () => timeSec });
  const done = run(['serve', '--data', data, '--http', '0'], io);
  for (let i = 0; i < 1_000 && !io.outLines.some((line) => line.includes('no whole copy')); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  const http = /http: (.*)|HTTP on (.*)/i.exec(io.outLines.join('\n'))?.[2];
  expect(io.errLines.join()).toContain('damaged-copy');
  expect((await fetch(`http://${http}/healthz`)).status).toBe(503);
  writeFileSync(join(data, 'head.json'), head);
  for (let i = 0; i < 200 && (await fetch(`http://${http}/healthz`)).status !== 200; i++) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await (await fetch(`http://${http}/resolve/@alice-cooper`)).json()).toMatchObject({ udf: alice.udf });
  io.stopNow();
  expect(await done).toBe(0);
  rmSync(data, { recursive: true, force: true });
});

function hasTool(tool: string): boolean {
  try {
    execFileSync(tool, ['-h'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test.skipIf(!hasTool('dig'))('dig agrees (skipped where Debian’s bind9-dnsutils is not installed)', async () => {
  const common = ['@127.0.0.1', '-p', String(plain.dns), '+noidnin', '+noall', '+comments', '+answer', '+authority', '+additional'];
  const dig = async (...args: string[]) => (await execute('dig', [...common, ...args])).stdout;
  expect(await dig('alice-cooper.mm--', 'A')).toMatch(/status: NOERROR[^]*alice-cooper\.mm--\.\s+300\s+IN\s+NS\s+ns1\.alice-cooper\.mm--\.[^]*ns1\.alice-cooper\.mm--\.\s+300\s+IN\s+A\s+127\.0\.0\.1/);
  expect(await dig('nobody.mm--', 'A')).toMatch(/status: NXDOMAIN[^]*flags: qr aa rd[^]*mm--\.\s+60\s+IN\s+SOA\s+localhost\. nobody\.invalid\. \d+ 600 300 86400 60/);
  expect(await dig('alice-cooper.mm--', 'TXT', '+tcp')).toContain(`udf=${alice.udf}`);
  expect(await dig('example.com', 'A')).toMatch(/status: REFUSED[^]*EDE: 20 \(Not Authoritative\)/);
});

test.skipIf(!hasTool('kdig'))('kdig agrees (skipped where Debian’s knot-dnsutils is not installed)', async () => {
  const kdig = async (...args: string[]) => (await execute('kdig', ['@127.0.0.1', '-p', String(plain.dns), '+noidn', ...args])).stdout;
  expect(await kdig('alice-cooper.mm--', 'A')).toMatch(/ns1\.alice-cooper\.mm--\.\s+300\s+IN\s+A\s+127\.0\.0\.1/);
  expect(await kdig('+tcp', '+keepopen', '_mns.alice-cooper.mm--', 'TXT', 'nobody.mm--', 'A')).toMatch(/udf=[^]*NXDOMAIN/);
});
