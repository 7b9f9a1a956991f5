import { createSocket } from 'node:dgram';
import { expect, test } from 'vitest';
import { dnsZone, heard, queryFor } from './dns-for-tests';
import { LargeAnswers } from './large-answers';
import { openUdp } from './udp';

test('a network that asks for large answers again and again gets them cut, others and later ones whole', () => {
  const large = new LargeAnswers(1);
  const given = (address: string, nowMs: number) => Array.from({ length: 200 }, () => large.allows(address, nowMs)).filter(Boolean).length;
  expect(given('192.0.2.1', 1_000)).toBe(100);
  expect(given('192.0.2.200', 1_000)).toBe(0);
  expect(given('198.51.100.1', 1_000)).toBe(100);
  expect(given('192.0.2.1', 2_000)).toBe(50);
  expect(given('2001:db8:1:2::1', 2_000)).toBe(100);
  expect(given('2001:db8:1:2:aaaa::9', 2_000)).toBe(0);
  expect(given('2001:db8:1:3::1', 2_000)).toBe(100);
  // a clock that is set back gives nothing away
  expect(given('192.0.2.1', 0)).toBe(0);
});

test('over a real socket, IPv4 and IPv6: large answers are cut beyond the limit, rubbish is dropped, and it goes on', async () => {
  for (const host of ['127.0.0.1', '::1']) {
    const server = await openUdp({ host, port: 0, zone: dnsZone(), elsewhere: null, mayRecurse: () => false });
    const socket = createSocket(host === '::1' ? 'udp6' : 'udp4');
    const got: Buffer[] = [];
    socket.on('message', (answer) => got.push(answer));
    const large = queryFor(`${'d'.repeat(63)}.${'e'.repeat(63)}.${'f'.repeat(60)}.many.mm--`);
    for (let i = 0; i < 150; i++) socket.send(large, server.port, host);
    for (const rubbish of [Buffer.alloc(0), Buffer.of(1, 2, 3), Buffer.alloc(2_000, 0xff), Buffer.from(heard(await first(got)).bytes)]) socket.send(rubbish, server.port, host);
    socket.send(queryFor('alice.mm--'), server.port, host);
    for (let i = 0; i < 200 && got.length < 151; i++) await new Promise((resolve) => setTimeout(resolve, 5));
    const answers = got.map((answer) => heard(answer));
    expect(answers).toHaveLength(151);
    expect(answers.filter(({ tc }) => tc).length).toBeGreaterThan(30);
    expect(answers.filter(({ additional }) => additional.length === 8).length).toBeGreaterThanOrEqual(100);
    expect(server.counts).toMatchObject({ answered: 151, dropped: 4 });
    socket.close();
    await server.close();
  }
});

async function first(got: readonly Buffer[]): Promise<Buffer> {
  for (let i = 0; i < 200 && got.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 5));
  return got[0] ?? Buffer.alloc(0);
}
