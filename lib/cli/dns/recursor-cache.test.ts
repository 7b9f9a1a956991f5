import { createSocket, type Socket } from 'node:dgram';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dnsTable, dnsZone, heard, NOW, queryFor } from './dns-for-tests';
import { Recursor } from './recursor';
import { MAX_TCP_BYTES } from './wire';
import { type Asker, FORWARD, RECURSE } from './zone';

let upstream: Socket;
/** Servers of a name that never answer. */
let silent: Socket;
let recursor: Recursor;

beforeAll(async () => {
  upstream = createSocket('udp4');
  // Answers NXDOMAIN to names whose first label has a dot in it, and an address to all others.
  upstream.on('message', (query, from) => {
    const end = query.length - 11;
    const isOdd = query.subarray(13, 13 + (query[12] ?? 0)).includes(0x2e);
    const answer = Buffer.concat([query.subarray(0, end), Buffer.from('c00c00010001000000640004c0000207', 'hex')]);
    answer.set([0x80, isOdd ? 3 : 0, 0, 1, 0, 1, 0, 0, 0, 0], 2);
    upstream.send(answer, from.port, from.address);
  });
  silent = createSocket('udp4');
  for (const socket of [upstream, silent]) await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  recursor = new Recursor({ allowPrivate: true, clock: () => NOW, port: silent.address().port, timeoutMs: 200, random: (count) => new Uint8Array(count), upstream: { address: '127.0.0.1', port: upstream.address().port } });
});

afterAll(() => {
  upstream.close();
  silent.close();
});

const asker: Asker = { limit: null, maxUdpBytes: 1_232, mayForward: true, mayRecurse: true };

async function asked(query: Buffer): Promise<string> {
  const zone = dnsZone(undefined, { hasUpstream: true });
  expect(zone.respond(query, query.length, Buffer.alloc(MAX_TCP_BYTES), asker)).toBe(FORWARD);
  const answer = await recursor.answer(FORWARD, query, zone, asker);
  return answer === null ? 'none' : heard(Buffer.from(answer)).rcode;
}

test('a label with a dot in it is not two labels: what is kept of one name is no answer to another', async () => {
  const plain = queryFor('www.bank.example', { isRecursive: true });
  const odd = Buffer.from(plain);
  // the labels `www`, `bank` become the one label `www.bank`
  odd[12] = 8;
  odd[16] = 0x2e;
  expect(await asked(odd)).toBe('NXDOMAIN');
  expect(await asked(plain)).toBe('NOERROR');
});

test('a name whose servers are silent does not take the place of all others', async () => {
  const zone = dnsZone(dnsTable(['127.0.0.1']), { recurses: true });
  const waiting: Promise<unknown>[] = [];
  for (let i = 0; i < 600; i++) {
    const query = queryFor(`x${i}.alice.mm--`, { isRecursive: true });
    expect(zone.respond(query, query.length, Buffer.alloc(MAX_TCP_BYTES), asker)).toBe(RECURSE);
    waiting.push(recursor.answer(RECURSE, query, zone, asker));
  }
  expect(await asked(queryFor('www.other.example', { isRecursive: true }))).toBe('NOERROR');
  await Promise.all(waiting);
});
