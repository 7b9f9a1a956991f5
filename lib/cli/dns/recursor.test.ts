import { expect, test } from 'vitest';
import { lifetimeSec } from './lifetime';
import { aged, readMessage, readName } from './message';
import { isPublic } from './recursor';
import { ask, dnsZone } from './dns-for-tests';

test.each(['127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255', '::', '::1', 'fe80::1', 'fd00::1', 'ff02::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::a00:1', 'fec0::1', '2002:7f00:1::'])('%s is not asked on behalf of strangers', (address) => {
  expect(isPublic(address)).toBe(false);
});

test.each(['192.0.2.1', '8.8.8.8', '172.32.0.1', '2001:db8::1', '2606:4700::1'])('%s is', (address) => {
  expect(isPublic(address)).toBe(true);
});

test('a kept answer grows old', () => {
  const { bytes } = ask(dnsZone(), 'alice.mm--');
  expect(lifetimeSec(bytes)).toBe(300);
  expect(lifetimeSec(aged(bytes, 100))).toBe(200);
  expect(lifetimeSec(aged(bytes, 1_000))).toBe(0);
  expect(lifetimeSec(ask(dnsZone(), 'nobody.mm--').bytes)).toBe(60);
  expect(lifetimeSec(ask(dnsZone(), 'example.com').bytes)).toBe(0);
});

test('pointers that lead forwards, to themselves or in circles end nowhere', () => {
  const header = Buffer.from('123480000001000000000000', 'hex');
  const message = (tail: number[]) => Buffer.concat([header, Buffer.from(tail)]);
  expect(readName(message([0xc0, 12]), 12)).toBeNull();
  expect(readName(message([0xc0, 14, 0]), 12)).toBeNull();
  expect(readName(message([1, 0x61, 0xc0, 12]), 12)).toBeNull();
  expect(readName(message([1, 0x61, 0, 0xc0, 12]), 15)).toBe('a');
  expect(readMessage(message([1, 0x61]))).toBeNull();
});
