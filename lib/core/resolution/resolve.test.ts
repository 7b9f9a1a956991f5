import { expect, test } from 'vitest';
import { refusalCode } from '../../../.config/refused';
import { parseAddress } from './address';
import { FIXTURE_AS_OF, fixtureRecord, fixtureTable, fixtureUdf } from './fixture-names';
import { quietOf, resolve, type ResolveOptions } from './resolve';

const DAY = 86_400;
const NOW = FIXTURE_AS_OF.timeSec + 30;
const LONG_AGO = NOW - 1_000 * DAY;

/** alice lives; bob was reassigned ten days ago; carol sold; dave gave up unpaid; mia holds two names. */
const table = fixtureTable([
  [fixtureRecord('alice', 'alice', { dns: ['192.0.2.1', '2001:db8::1'], service: 'comcast.0' }), LONG_AGO],
  [fixtureRecord('comcast', 'comcast', { dns: ['198.51.100.7'] }), LONG_AGO],
  [fixtureRecord('bob', 'bob', { ended: 'reassignment', dns: ['192.0.2.9'] }), LONG_AGO],
  [fixtureRecord('bob', 'bob corp', { tenure: 1, registration: 'reassigned', dns: ['192.0.2.10'] }), NOW - 10 * DAY],
  [fixtureRecord('carol', 'carol', { ended: 'transfer' }), LONG_AGO],
  [fixtureRecord('carol', 'buyer', { tenure: 1, registration: 'transfer', service: 'comcast.0' }), NOW - 500 * DAY],
  [fixtureRecord('dave', 'dave', { ended: 'unpaid' }), LONG_AGO],
  [fixtureRecord('mia', 'mia', { service: 'dave.0' }), LONG_AGO + 1],
  [fixtureRecord('mia-shop', 'mia', { case: '7', pending: [{ kind: 'reassign' }, { kind: 'transfer' }], locks: [{ kind: 'reversed' }], service: null }), LONG_AGO + 2],
  [fixtureRecord('one', 'one', { service: 'two.0' }), LONG_AGO],
  [fixtureRecord('two', 'two', { service: 'three.0' }), LONG_AGO],
  [fixtureRecord('three', 'three', { service: 'four.0' }), LONG_AGO],
  [fixtureRecord('four', 'four', { service: 'five.0', dns: ['203.0.113.4'] }), LONG_AGO],
  [fixtureRecord('five', 'five', { service: 'host.example' }), LONG_AGO],
  [fixtureRecord('zero', 'zero', { service: 'one.0' }), LONG_AGO],
  [fixtureRecord('self', 'self', { service: 'self.0' }), LONG_AGO],
  [fixtureRecord('tick', 'tick', { service: 'tock.0' }), LONG_AGO],
  [fixtureRecord('tock', 'tock', { service: 'tick.0' }), LONG_AGO],
]);

function ask(address: string, options: Partial<ResolveOptions> = {}) {
  const { warnings, ...rest } = resolve(parseAddress(address), table, { nowSec: NOW, ...options });
  return { ...rest, warnings: warnings.map(({ code }) => code) };
}

const code = (address: string) => refusalCode(() => ask(address));

test('a bare name is its current tenure, says whose it is, and how old the answer is', () => {
  expect(ask('@Alice')).toMatchObject({ address: '@alice', name: 'alice', tenure: 0, udf: fixtureUdf('alice'), currentTenure: 0, service: 'comcast.0', host: 'provider.example', dns: ['192.0.2.1', '2001:db8::1'], dnsFrom: { name: 'alice', tenure: 0 }, via: [{ name: 'comcast', tenure: 0 }], routes: true, warnings: [], asOf: FIXTURE_AS_OF, ageSec: 30, index: 0, dnsName: 'alice.mm--' });
});

test('a device is asked for in the zone of its name', () => {
  expect(ask('coffeepot@alice')).toMatchObject({ device: 'coffeepot', dnsName: 'coffeepot.alice.mm--', dns: ['192.0.2.1', '2001:db8::1'] });
  expect(ask('coffeepot@bob.0')).toMatchObject({ dnsName: 'coffeepot.bob.0.mm--', dns: ['192.0.2.9'] });
});

test('a name without DNS servers has those of the nearest service with some', () => {
  expect(ask('@carol')).toMatchObject({ dns: ['198.51.100.7'], dnsFrom: { name: 'comcast', tenure: 0 } });
});

test('four delegations are followed; five, or a circle, are refused', () => {
  expect(ask('@one')).toMatchObject({ host: 'host.example', via: [{ name: 'two' }, { name: 'three' }, { name: 'four' }, { name: 'five' }], dnsFrom: { name: 'four' } });
  expect(code('@zero')).toBe('service-chain');
  expect(code('@self')).toBe('service-chain');
  expect(code('@tick')).toBe('service-chain');
});

test('a delegation to a tenure that has ended leads nowhere, and says so', () => {
  expect(ask('@mia')).toMatchObject({ host: null, broken: { name: 'dave', tenure: 0 }, warnings: ['broken-service'] });
});

test('a reassigned name speaks for its new holder with a warning; the old holder stays under name.N and by UDF', () => {
  expect(ask('@bob')).toMatchObject({ tenure: 1, udf: fixtureUdf('bob corp'), warnings: ['reassigned'] });
  expect(ask('@bob.0')).toMatchObject({ tenure: 0, udf: fixtureUdf('bob'), routes: true, dns: ['192.0.2.9'], warnings: ['earlier-tenure'], dnsName: 'bob.0.mm--' });
  expect(ask(`@bob#${fixtureUdf('bob')}`)).toMatchObject({ tenure: 0, routes: true, warnings: ['earlier-tenure'] });
  expect(ask(fixtureUdf('bob').slice(0, 28))).toMatchObject({ name: 'bob', tenure: 0, routes: true, names: [{ name: 'bob', tenure: 0 }] });
});

test('a user who knew the old holder keeps the old holder after a reassignment, until that user chooses', () => {
  expect(ask('@bob', { remembered: () => 0 })).toMatchObject({ tenure: 0, udf: fixtureUdf('bob'), dns: ['192.0.2.9'], dnsName: 'bob.0.mm--', warnings: ['kept'] });
  expect(ask('@bob', { remembered: () => 1 })).toMatchObject({ tenure: 1, warnings: ['reassigned'] });
  expect(ask('@bob', { remembered: () => null })).toMatchObject({ tenure: 1, warnings: ['reassigned'] });
});

test('a sold tenure never routes, also when it is pinned; who knew it is led to the buyer with a warning', () => {
  expect(ask('@carol.0')).toMatchObject({ routes: false, host: null, service: null, dns: [], via: [], warnings: ['earlier-tenure', 'does-not-route'] });
  expect(ask(`@carol#${fixtureUdf('carol')}`)).toMatchObject({ tenure: 0, routes: false });
  expect(ask(fixtureUdf('carol'))).toMatchObject({ routes: false, names: [] });
  expect(ask('@carol', { remembered: () => 0 })).toMatchObject({ tenure: 1, warnings: ['sold'] });
});

test('a tenure that ended unpaid does not route', () => {
  expect(ask('@dave')).toMatchObject({ routes: false, host: null, warnings: ['does-not-route'] });
});

test('what hangs over a name is said: a dispute, a pending reassignment or transfer, a payment taken back, an old copy', () => {
  expect(ask('@mia-shop').warnings).toEqual(['disputed', 'pending-reassignment', 'pending-transfer', 'payment-reversed']);
  expect(ask('@alice', { nowSec: FIXTURE_AS_OF.timeSec + 601 })).toMatchObject({ ageSec: 601, warnings: ['old-copy'] });
});

test('a UDF goes by its first living tenure and lists the others', () => {
  expect(ask(fixtureUdf('mia'))).toMatchObject({ name: 'mia', names: [{ name: 'mia', tenure: 0 }, { name: 'mia-shop', tenure: 0 }], warnings: ['broken-service', 'several-names'] });
});

test.each([
  ['@nobody', 'unknown-name'],
  ['@alice.1', 'wrong-tenure'],
  [`@alice#${fixtureUdf('bob')}`, 'not-holder'],
  [`@bob.1#${fixtureUdf('bob')}`, 'not-holder'],
  [fixtureUdf('nobody'), 'unknown-identity'],
  ['example.com', 'elsewhere'],
])('%s is refused: %s', (address, refusal) => {
  expect(code(address)).toBe(refusal);
});

test('a short UDF that fits two identities is refused, in full it is not', () => {
  const udf = fixtureUdf('twin');
  const twin = `${udf.slice(0, 40)}${udf[40] === 'A' ? 'B' : 'A'}${udf.slice(41)}`;
  const twins = fixtureTable([[fixtureRecord('castor', '', { udf }), 1], [fixtureRecord('pollux', '', { udf: twin }), 2]]);
  const ask = (address: string) => resolve(parseAddress(address), twins, { nowSec: NOW });
  expect(refusalCode(() => ask(udf.slice(0, 28)))).toBe('ambiguous-udf');
  expect(ask(udf)).toMatchObject({ name: 'castor' });
  expect(ask(twin)).toMatchObject({ name: 'pollux' });
});

test('the bare name is quiet in DNS for 90 days after a reassignment, also if it was sold on meanwhile', () => {
  const bob = table.tenure('bob', null);
  if (bob === null) throw new Error('no bob');
  const untilSec = NOW + 80 * DAY;
  expect(quietOf(bob, table, NOW)).toMatchObject({ before: { tenure: 0, udf: fixtureUdf('bob') }, after: { tenure: 1, udf: fixtureUdf('bob corp') }, untilSec });
  expect(quietOf(bob, table, untilSec - 1)).not.toBeNull();
  expect(quietOf(bob, table, untilSec)).toBeNull();
  const soldOn = fixtureTable([
    [fixtureRecord('bob', 'bob', { ended: 'reassignment' }), LONG_AGO],
    [fixtureRecord('bob', 'bob corp', { tenure: 1, registration: 'reassigned', ended: 'transfer' }), NOW - 10 * DAY],
    [fixtureRecord('bob', 'buyer', { tenure: 2, registration: 'transfer' }), NOW - 5 * DAY],
  ]);
  const highest = soldOn.tenure('bob', null);
  expect(highest && quietOf(highest, soldOn, NOW)).toMatchObject({ before: { tenure: 0 }, after: { tenure: 2 }, untilSec });
  const carol = table.tenure('carol', null);
  expect(carol && quietOf(carol, table, NOW)).toBeNull();
});
