import { decode } from 'dns-packet';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { dnsTable, dnsZone, queryFor } from './dns-for-tests';
import { lifetimeSec } from './lifetime';
import { readMessage } from './message';
import { Query } from './query';
import { RCODE } from './wire';

const zone = dnsZone(dnsTable(), { hasUpstream: true, recurses: true });
const out = Buffer.alloc(65_535);
const NAMES = ['alice.mm--', 'coffeepot.alice.mm--', 'bob.mm--', 'bob.0.mm--', 'nobody.mm--', 'mm--', 'alice._mns.mm--', 'many.mm--', 'tick.mm--', 'example.com'];
const TYPES = ['A', 'AAAA', 'TXT', 'NS', 'SOA', 'ANY', 'DS', 'AXFR', 'HTTPS'];

/** A good query with some bytes changed, cut or appended. */
const spoiled = fc
  .record({ name: fc.constantFrom(...NAMES), type: fc.constantFrom(...TYPES), edns: fc.constantFrom(null, 512, 65_535), changes: fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 6 }), cut: fc.nat(200), tail: fc.uint8Array({ maxLength: 20 }) })
  .map(({ name, type, edns, changes, cut, tail }) => {
    const query = Buffer.concat([queryFor(name, { type, edns, isRecursive: true }).subarray(0, cut < 100 ? undefined : cut - 100), tail]);
    for (const [at, value] of changes) if (at < query.length) query[at] = value;
    return query;
  });

test('no packet makes the server throw, and what it answers can be read, fits, and repeats id and question', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), spoiled), fc.boolean(), (bytes, isTcp) => {
      const query = Buffer.from(bytes);
      const length = zone.respond(query, query.length, out, { limit: isTcp ? 65_535 : null, maxUdpBytes: 1_232, mayForward: true, mayRecurse: query.length % 2 === 0 });
      if (length <= 0) return;
      expect(length).toBeLessThanOrEqual(isTcp ? 65_535 : 1_232);
      const answer = Buffer.from(out.subarray(0, length));
      expect(answer.readUInt16BE(0)).toBe(query.readUInt16BE(0));
      expect((answer[2] as number) & 0x80).toBe(0x80);
      lifetimeSec(answer);
      const code = (answer[3] as number) & 15;
      if (code === RCODE.FORMERR || code === RCODE.NOTIMP) return;
      expect(decode(answer).questions).toHaveLength(1);
      expect(readMessage(answer)).not.toBeNull();
      expect(answer.subarray(12, zone.query.questionEnd).equals(query.subarray(12, zone.query.questionEnd))).toBe(true);
    }),
    { numRuns: 20_000 },
  );
});

test('what other servers send is read or refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), spoiled), (bytes) => {
      const message = Uint8Array.from(bytes);
      if (message.length > 2) message[2] = 0x80;
      readMessage(message);
      if (message.length >= 12) lifetimeSec(message);
    }),
    { numRuns: 5_000 },
  );
});

test.each([
  ['an answer', (query: Buffer) => query.writeUInt8(0x80, 2), -1],
  ['two questions', (query: Buffer) => query.writeUInt16BE(2, 4), RCODE.FORMERR],
  ['no question', (query: Buffer) => query.writeUInt16BE(0, 4), RCODE.FORMERR],
  ['an answer in a query', (query: Buffer) => query.writeUInt16BE(1, 6), RCODE.FORMERR],
  ['another opcode', (query: Buffer) => query.writeUInt8(0x28, 2), RCODE.NOTIMP],
  ['a label of 64 bytes', (query: Buffer) => query.writeUInt8(64, 12), RCODE.FORMERR],
  ['a pointer in the question', (query: Buffer) => query.writeUInt16BE(0xc00c, 12), RCODE.FORMERR],
  ['more additional records than there are', (query: Buffer) => query.writeUInt16BE(3, 10), RCODE.FORMERR],
  ['a later version of EDNS', (query: Buffer) => query.writeUInt8(1, query.length - 5), RCODE.BADVERS],
])('%s is refused as such', (_, spoil, code) => {
  const query = queryFor('alice.mm--');
  spoil(query);
  expect(new Query().read(query, query.length)).toBe(code);
});

test('a name longer than 255 bytes is refused', () => {
  const label = Buffer.concat([Buffer.of(63), Buffer.alloc(63, 0x61)]);
  const header = Buffer.from('000100000001000000000000', 'hex');
  const long = Buffer.concat([header, label, label, label, label, Buffer.of(0, 0, 1, 0, 1)]);
  expect(new Query().read(long, long.length)).toBe(RCODE.FORMERR);
  const longest = Buffer.concat([header, label, label, label, Buffer.of(61), Buffer.alloc(61, 0x61), Buffer.of(0, 0, 1, 0, 1)]);
  expect(new Query().read(longest, longest.length)).toBe(RCODE.NOERROR);
});

test('a label of 64 bytes is refused, one of 63 is not', () => {
  const asked = (size: number) => {
    const query = Buffer.concat([Buffer.from('000100000001000000000000', 'hex'), Buffer.of(size), Buffer.alloc(size, 0x61), Buffer.from('046d6d2d2d0000010001', 'hex')]);
    return new Query().read(query, query.length);
  };
  expect(asked(63)).toBe(RCODE.NOERROR);
  for (const size of [64, 100, 191]) expect(asked(size)).toBe(RCODE.FORMERR);
});
