import { expect, test } from 'vitest';
import { parseDisplay, nameFromInput } from './display';
import { addressFromInput, isCanonicalAddress, parseDns } from './dns';
import { formatCents } from './money';
import { priceOf } from './price';
import { isHost, readService, serviceFromInput } from './service';

test('the display form is any way of writing the name, without @, and nothing else', () => {
  expect(parseDisplay('Alice Cooper', 'alicecooper')).toBe('Alice Cooper');
  expect(nameFromInput('  @Zoë™ ')).toEqual({ name: 'zoe', display: 'Zoë™' });
  expect(nameFromInput('@ alice')).toEqual({ name: 'alice', display: 'alice' });
  for (const bad of ['@alice', ' alice', 'alice ', 'alicia', 'ali\u202ece', 'ali\u0000ce', '', `alice${'_'.repeat(124)}`]) {
    expect(() => parseDisplay(bad, 'alice'), JSON.stringify(bad)).toThrow(/^bad-display/);
  }
});

test('a service is a DNS host or a name with its tenure, and never both', () => {
  expect(readService('example.com')).toEqual({ kind: 'host', host: 'example.com' });
  expect(readService('comcast.0')).toEqual({ kind: 'name', name: 'comcast', tenure: 0 });
  expect(readService('xn--bcher-kva.example')).toEqual({ kind: 'host', host: 'xn--bcher-kva.example' });
  expect(readService('mail.4.2a')).toEqual({ kind: 'host', host: 'mail.4.2a' });
  expect(isHost(`${'a'.repeat(63)}.com`)).toBe(true);
  expect(isHost(`${'a.'.repeat(126)}aa`)).toBe(false);
  for (const bad of ['', 'comcast', 'Example.com', 'example.com.', '.com', 'a..b', '-a.com', 'a-.com', 'a_b.com', '10.0.0.1', 'alice.mm--', `${'a'.repeat(64)}.com`, 'alice.00', 'http://a.com', 'a.com:80']) {
    expect(() => readService(bad), bad).toThrow(/^bad-service/);
  }
  expect(serviceFromInput(' Example.COM. ')).toBe('example.com');
  expect(serviceFromInput('@comcast.0')).toBe('comcast.0');
  expect(serviceFromInput('  ')).toBeNull();
});

test('DNS addresses are kept in one spelling only, none twice, eight at most, in the order given', () => {
  const good = ['192.0.2.1', '2001:db8::1', '::', '::1', '1::', '2001:db8:0:1:1:1:1:1', '2001:0:0:1::1', '0.0.0.0', 'fe80::1:0:0:1'];
  for (const address of good) expect(isCanonicalAddress(address), address).toBe(true);
  const bad = ['192.0.2.01', '192.0.2', '256.0.0.1', '2001:DB8::1', '2001:db8::0:1', '2001:db8:0:0:1::1', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', ':::', '1:::2', '::ffff:192.0.2.1', '::ffff:c000:201', '1:2:3:4:5:6::8', 'fe80::1%eth0', '[::1]', '', ' ::1'];
  for (const address of bad) expect(isCanonicalAddress(address), address).toBe(false);
  expect(parseDns(['192.0.2.2', '192.0.2.1'])).toEqual(['192.0.2.2', '192.0.2.1']);
  expect(() => parseDns(['::1', '::1'])).toThrow(/twice/);
  expect(() => parseDns(Array.from({ length: 9 }, (_, i) => `192.0.2.${i}`))).toThrow(/^bad-dns: At most 8/);
  expect(addressFromInput('::FFFF:c000:0201')).toBe('192.0.2.1');
  expect(addressFromInput('2001:0DB8:0:0:0:0:0:1')).toBe('2001:db8::1');
});

test('the price goes by letters and digits, eight and more alike', () => {
  const schedule = { version: 1, priceCents: [8, 7, 6, 5, 4, 3, 2, 1], changes: 50, topupCents: 10 };
  expect(priceOf('x', schedule)).toBe(8);
  expect(priceOf('a-b', schedule)).toBe(7);
  expect(priceOf('coopers', schedule)).toBe(2);
  expect(priceOf('alicecooper', schedule)).toBe(1);
});

test('money is written the same everywhere', () => {
  expect([10, 10_000, 1_000_000_000, 123_456, 5, 0, -150].map(formatCents)).toEqual(['$0.10', '$100', '$10,000,000', '$1,234.56', '$0.05', '$0', '-$1.50']);
});
