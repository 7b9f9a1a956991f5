import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dnsZone, heard, queryFor } from './dns-for-tests';
import { openTcp, type TcpServer } from './tcp';

const IDLE_MS = 250;
let server: TcpServer;

beforeAll(async () => {
  server = await openTcp({ host: '127.0.0.1', port: 0, zone: dnsZone(), elsewhere: null, mayRecurse: () => false, idleMs: IDLE_MS });
});

afterAll(() => server.close());

function opened(): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => resolve(socket));
    socket.on('error', () => undefined);
  });
}

/** closedAfter is how long the server keeps the connection, in ms. */
function closedAfter(socket: Socket): Promise<number> {
  const startMs = performance.now();
  return new Promise((resolve) => {
    socket.on('close', () => resolve(performance.now() - startMs));
    socket.resume();
  });
}

function framed(query: Buffer): Buffer {
  return Buffer.concat([Buffer.of(query.length >> 8, query.length & 255), query]);
}

test('a connection on which nothing comes, or a query only a byte at a time, is closed', async () => {
  const [quiet, slow] = await Promise.all([opened(), opened()]);
  slow.write(framed(queryFor('alice.mm--')).subarray(0, 7));
  const [quietMs, slowMs] = await Promise.all([closedAfter(quiet), closedAfter(slow)]);
  for (const ms of [quietMs, slowMs]) expect(ms).toBeGreaterThan(IDLE_MS / 2);
});

test('a query that keeps coming a byte at a time is not waited for', async () => {
  const socket = await opened();
  const closed = closedAfter(socket);
  const query = framed(queryFor('alice.mm--'));
  let at = 0;
  const drip = setInterval(() => void (at < query.length - 1 && socket.write(query.subarray(at, ++at))), IDLE_MS / 3);
  const ms = await closed;
  clearInterval(drip);
  expect(ms).toBeLessThan(IDLE_MS * 3);
});

test.each([
  ['a length of zero', Buffer.from([0, 0])],
  ['more than a query can be', Buffer.from([0xff, 0xff, 1, 2, 3])],
  ['an answer', framed(Buffer.from('123480000001000000000000', 'hex'))],
  ['less than a header', framed(Buffer.from('1234', 'hex'))],
])('%s ends the connection at once', async (_, bytes) => {
  const socket = await opened();
  const closed = closedAfter(socket);
  socket.write(bytes);
  expect(await closed).toBeLessThan(IDLE_MS);
});

test('a thousand questions at once on one connection are all answered, to who reads late too', async () => {
  const socket = await opened();
  const count = 1_000;
  socket.write(Buffer.concat(Array.from({ length: count }, () => framed(queryFor('many.mm--')))));
  await new Promise((resolve) => setTimeout(resolve, 30));
  let got = Buffer.alloc(0);
  let answers = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    got = Buffer.concat([got, chunk]);
    for (; got.length >= 2 && got.length >= 2 + got.readUInt16BE(0); got = got.subarray(2 + got.readUInt16BE(0))) {
      if (answers === 0) expect(heard(got.subarray(2, 2 + got.readUInt16BE(0))).additional).toHaveLength(8);
      answers++;
    }
    if (answers === count) break;
  }
  expect(answers).toBe(count);
});

test('one address may hold only so many connections', async () => {
  const sockets = await Promise.all(Array.from({ length: 64 }, opened));
  const refused = await opened();
  expect(await closedAfter(refused)).toBeLessThan(IDLE_MS);
  for (const socket of sockets) socket.destroy();
});
