import { expect, test } from 'vitest';
import { refusalCode } from '../../../.config/refused';
import { dnsNameOf, formatAddress, parseAddress } from './address';

const SHORT = 'MB5SR4AJ3FBT7NHO26Z2OJE3WFH4';
const SHOWN = 'MB5S-R4AJ-3FBT-7NHO-26Z2-OJE3-WFH4';
const name = (name: string, more: { tenure?: number; udf?: string; device?: string } = {}) => ({ kind: 'name', name, tenure: null, udf: null, device: null, ...more });

test.each([
  ['@alice', name('alice')],
  ['alice', name('alice')],
  ['@Alice', name('alice')],
  ['@Alice Cooper', name('alicecooper')],
  ['  @alice ', name('alice')],
  ['@Zoë', name('zoe')],
  ['@alice.0', name('alice', { tenure: 0 })],
  ['alice.12', name('alice', { tenure: 12 })],
  [`@alice#${SHOWN}`, name('alice', { udf: SHORT })],
  [`@alice.1#${SHORT.toLowerCase()}`, name('alice', { tenure: 1, udf: SHORT })],
  [SHOWN, { kind: 'udf', udf: SHORT }],
  [SHORT.toLowerCase(), { kind: 'udf', udf: SHORT }],
  [`@${SHORT}`, name(SHORT.toLowerCase())],
  ['coffeepot@alice', name('alice', { device: 'coffeepot' })],
  ['tap.coffeepot@Alice', name('alice', { device: 'tap.coffeepot' })],
  ['coffeepot@alice.0', name('alice', { device: 'coffeepot', tenure: 0 })],
  [`coffeepot@alice#${SHOWN}`, name('alice', { device: 'coffeepot', udf: SHORT })],
  ['@coffeepot.alice', name('alice', { device: 'coffeepot' })],
  ['alice.mm--', name('alice')],
  ['ALICE.MM--.', name('alice')],
  ['@alice.mm--', name('alice')],
  ['coffeepot.alice.mm--', name('alice', { device: 'coffeepot' })],
  ['alice.0.mm--', name('alice', { tenure: 0 })],
  ['CoffeePot.alice.0.mm--', name('alice', { device: 'coffeepot', tenure: 0 })],
  ['fred@example.com', { kind: 'elsewhere', what: 'host', host: 'example.com', account: 'fred', port: null }],
  ['Example.com.', { kind: 'elsewhere', what: 'host', host: 'example.com', account: null, port: null }],
  ['192.0.2.1:53', { kind: 'elsewhere', what: 'ipv4', host: '192.0.2.1', account: null, port: 53 }],
  ['[2001:db8::1]', { kind: 'elsewhere', what: 'ipv6', host: '2001:db8::1', account: null, port: null }],
])('%s is read as what it means', (input, address) => {
  expect(parseAddress(input)).toEqual(address);
});

test.each([
  ['', 'name-empty'],
  ['@', 'name-empty'],
  ['@12', 'name-all-digits'],
  ['12', 'name-all-digits'],
  ['@alice.0.0', 'name-all-digits'],
  ['@alice.00', 'bad-address'],
  ['@alice.1000000', 'bad-address'],
  ['mm--', 'bad-address'],
  ['a@b@c', 'bad-address'],
  ['@@alice', 'bad-address'],
  ['.alice.mm--', 'bad-address'],
  ['alice..mm--', 'name-empty'],
  ['_x@alice', 'bad-address'],
  ['x@0', 'bad-address'],
  ['a.b@0', 'bad-address'],
  ['@x@0', 'bad-address'],
  ['a.b@0.mm--', 'bad-address'],
  ['a.b@0.mm--.', 'bad-address'],
  ['@alice#', 'bad-udf'],
  ['@alice#MB5S-R4AJ-3FBT-7NHO-26Z2', 'udf-too-short'],
  ['MB5S-R4AJ-3FBT-7NHO-26Z2', 'udf-too-short'],
  [`example.com#${SHOWN}`, 'bad-address'],
  ['1.2.3.4:99999', 'bad-address'],
  ['1:2:3', 'bad-address'],
  [`${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.mm--`, 'bad-address'],
  ['x'.repeat(1_601), 'bad-address'],
  ['@al\u0000ice', 'name-character'],
])('%j is refused: %s', (input, code) => {
  expect(refusalCode(() => parseAddress(input))).toBe(code);
});

test('an address has one canonical spelling, and one name in DNS', () => {
  expect(formatAddress(parseAddress('CoffeePot.Alice.0.mm--.'))).toBe('coffeepot@alice.0');
  expect(formatAddress(parseAddress(`@Alice#${SHORT}`))).toBe(`@alice#${SHOWN}`);
  expect(formatAddress(parseAddress('[2001:db8::1]:53'))).toBe('[2001:db8::1]:53');
  expect(dnsNameOf({ name: 'alice', tenure: 0, device: 'coffeepot' })).toBe('coffeepot.alice.0.mm--');
});
