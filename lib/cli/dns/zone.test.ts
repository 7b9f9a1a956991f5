import { expect, test } from 'vitest';
import { fixtureRecord, fixtureTable, fixtureUdf } from '../../core/resolution/fixture-names';
import { ask, DAY, dnsTable, dnsZone, NOW } from './dns-for-tests';
import { FORWARD, RECURSE } from './zone';

const zone = dnsZone();
const SOA = 'mm-- SOA 60 ns.provider.example 1000';

test('a name is delegated to its servers, with their addresses', () => {
  expect(ask(zone, 'alice.mm--')).toMatchObject({
    rcode: 'NOERROR',
    aa: false,
    tc: false,
    ra: false,
    answers: [],
    authority: ['alice.mm-- NS 300 ns1.alice.mm--', 'alice.mm-- NS 300 ns2.alice.mm--'],
    additional: ['ns1.alice.mm-- A 300 192.0.2.1', 'ns2.alice.mm-- AAAA 300 2001:db8::1'],
    error: null,
  });
});

test('whatever lies below a name is referred to its servers, for every type', () => {
  for (const name of ['coffeepot.alice.mm--', 'a.b.c.alice.mm--', 'ns1.alice.mm--']) {
    for (const type of ['A', 'AAAA', 'TXT', 'SRV', 'MX', 'DS']) expect(ask(zone, name, { type }), `${name} ${type}`).toMatchObject({ aa: false, authority: ['alice.mm-- NS 300 ns1.alice.mm--', 'alice.mm-- NS 300 ns2.alice.mm--'] });
  }
});

test('a tenure has a delegation of its own, and the number alone is an empty name', () => {
  expect(ask(zone, 'pot.alice.0.mm--')).toMatchObject({ authority: ['alice.0.mm-- NS 300 ns1.alice.0.mm--', 'alice.0.mm-- NS 300 ns2.alice.0.mm--'] });
  expect(ask(zone, 'alice.1.mm--')).toMatchObject({ rcode: 'NXDOMAIN', authority: [SOA] });
  expect(ask(zone, '1.mm--')).toMatchObject({ rcode: 'NOERROR', authority: [SOA] });
  expect(ask(zone, '2.mm--')).toMatchObject({ rcode: 'NXDOMAIN' });
  expect(ask(zone, 'alice.00.mm--')).toMatchObject({ rcode: 'NXDOMAIN' });
});

test('a name without servers has those of its service', () => {
  expect(ask(zone, 'pot.coffee.mm--')).toMatchObject({ authority: ['coffee.mm-- NS 300 ns1.coffee.mm--'], additional: ['ns1.coffee.mm-- A 300 198.51.100.7'] });
});

test('an unknown name does not exist, with SOA; a known one without servers has no address, and nothing below it', () => {
  expect(ask(zone, 'nobody.mm--')).toMatchObject({ rcode: 'NXDOMAIN', aa: true, authority: [SOA], answers: [] });
  expect(ask(zone, 'x.y.nobody.mm--')).toMatchObject({ rcode: 'NXDOMAIN', authority: [SOA] });
  expect(ask(zone, 'lonely.mm--')).toMatchObject({ rcode: 'NOERROR', aa: true, authority: [SOA] });
  expect(ask(zone, 'x.lonely.mm--')).toMatchObject({ rcode: 'NXDOMAIN', aa: true });
});

test('the top has SOA and NS, and nothing else', () => {
  expect(ask(zone, 'mm--', { type: 'SOA' })).toMatchObject({ aa: true, answers: ['mm-- SOA 3600 ns.provider.example 1000'] });
  expect(ask(zone, 'mm--', { type: 'NS' })).toMatchObject({ aa: true, answers: ['mm-- NS 3600 ns.provider.example', 'mm-- NS 3600 ns2.provider.example'] });
  expect(ask(zone, 'mm--', { type: 'A' })).toMatchObject({ rcode: 'NOERROR', aa: true, authority: [SOA] });
  expect(ask(zone, 'mm--', { type: 'ANY' }).answers).toHaveLength(3);
});

test('TXT says whose a name is, at the name, below it and at a place that is never delegated', () => {
  const text = `v=mns1; name=alice; tenure=0; udf=${fixtureUdf('alice')}; service=provider.example; seal=1000; at=1800060000`;
  for (const name of ['alice.mm--', '_mns.alice.mm--', 'alice._mns.mm--']) expect(ask(zone, name, { type: 'TXT' }), name).toMatchObject({ rcode: 'NOERROR', aa: true, answers: [`${name} TXT 300 ${text}`] });
  expect(ask(zone, 'alice._mns.mm--')).toMatchObject({ rcode: 'NOERROR', authority: [SOA] });
  expect(ask(zone, '_mns.alice.mm--')).toMatchObject({ rcode: 'NOERROR', aa: true, authority: [SOA] });
  expect(ask(zone, '_mns.mm--', { type: 'TXT' })).toMatchObject({ rcode: 'NOERROR', answers: [] });
  expect(ask(zone, 'nobody._mns.mm--', { type: 'TXT' })).toMatchObject({ rcode: 'NXDOMAIN' });
  expect(ask(zone, 'x.alice._mns.mm--', { type: 'TXT' })).toMatchObject({ rcode: 'NXDOMAIN' });
  expect(ask(zone, '0._mns.mm--', { type: 'TXT' })).toMatchObject({ rcode: 'NOERROR' });
  expect(ask(zone, 'coffee.mm--', { type: 'TXT' }).answers[0]).toContain('service=comcast.0; provider=provider.example;');
});

test('the bare name of a reassigned one has no address for a while; TXT and an extended error name both tenures', () => {
  const quiet = { code: 0, text: expect.stringContaining('earlier holder bob.0.mm--, new holder bob.1.mm--') as unknown };
  for (const name of ['bob.mm--', 'pot.bob.mm--']) expect(ask(zone, name)).toMatchObject({ rcode: 'NOERROR', aa: true, authority: [SOA], answers: [], error: quiet });
  expect(ask(zone, 'bob.mm--', { type: 'TXT' })).toMatchObject({ error: quiet, answers: [expect.stringMatching(/^bob\.mm-- TXT 60 .*tenure=1; .*warning=reassigned; quiet-until=\d+; before=@bob\.0; before-udf=/)] });
  expect(ask(zone, 'bob.0.mm--')).toMatchObject({ additional: ['ns1.bob.0.mm-- A 300 192.0.2.9'] });
  expect(ask(zone, 'bob.1.mm--')).toMatchObject({ additional: ['ns1.bob.1.mm-- A 300 192.0.2.10'] });
  expect(ask(zone, 'bob.0.mm--', { type: 'TXT' }).answers[0]).toContain(`udf=${fixtureUdf('bob')}; service=provider.example; current=1; warning=earlier-tenure`);
  const later = dnsZone(dnsTable(), { clock: () => NOW + 81 * DAY });
  expect(ask(later, 'bob.mm--')).toMatchObject({ additional: ['ns1.bob.mm-- A 300 192.0.2.10'] });
});

test('both tenures are named however long the name is and however little the asker takes', () => {
  const name = 'n'.repeat(63);
  const table = fixtureTable([
    [fixtureRecord(name, 'old', { ended: 'reassignment' }), 1],
    [fixtureRecord(name, 'new', { registration: 'reassigned', tenure: 1 }), NOW - DAY],
  ]);
  const { bytes, error } = ask(dnsZone(table), `${'d'.repeat(63)}.${name}.mm--`, { edns: 512 });
  expect(error?.text).toContain(`earlier holder ${name}.0.mm--, new holder ${name}.1.mm--`);
  expect(bytes.length).toBeLessThanOrEqual(512);
});

test('a sold tenure has no address, and says why; the buyer has one at once', () => {
  expect(ask(zone, 'carol.0.mm--')).toMatchObject({ rcode: 'NOERROR', authority: [SOA], error: { code: 0, text: '@carol.0 ended (sold) and does not route' } });
  expect(ask(zone, 'x.carol.0.mm--')).toMatchObject({ rcode: 'NXDOMAIN' });
  expect(ask(zone, 'carol.mm--')).toMatchObject({ additional: ['ns1.carol.mm-- A 300 192.0.2.12'] });
  expect(ask(zone, 'carol.mm--', { type: 'TXT' }).answers[0]).toContain('warning=sold');
});

test('delegations in a circle are a failure that is explained; the TXT is still there', () => {
  expect(ask(zone, 'tick.mm--')).toMatchObject({ rcode: 'SERVFAIL', error: { code: 0, text: expect.stringContaining('service-chain') as unknown } });
  expect(ask(zone, 'tick.mm--', { type: 'TXT' }).answers[0]).toContain('error=service-chain');
});

test('DS at a name is the parent’s to answer', () => {
  expect(ask(zone, 'alice.mm--', { type: 'DS' })).toMatchObject({ rcode: 'NOERROR', aa: true, authority: [SOA] });
});

test('upper and lower case come back as they were asked', () => {
  expect(ask(zone, 'aLiCe.Mm--')).toMatchObject({ question: 'aLiCe.Mm--', authority: ['aLiCe.Mm-- NS 300 ns1.aLiCe.Mm--', 'aLiCe.Mm-- NS 300 ns2.aLiCe.Mm--'] });
  expect(ask(zone, 'NOBODY.mM--').authority[0]).toMatch(/^mM-- SOA/);
});

test('outside of mm-- everything is refused, or handed on if an upstream is set; what is in mm-- never is', () => {
  for (const name of ['example.com', '', 'mm--.example', 'alice.mm', 'mm-', 'xmm--']) expect(ask(zone, name), name).toMatchObject({ rcode: 'REFUSED', error: { code: 20 } });
  const open = dnsZone(dnsTable(), { hasUpstream: true, recurses: true });
  expect(ask(open, 'example.com', { isRecursive: true, mayRecurse: true }).outcome).toBe(FORWARD);
  expect(ask(open, 'example.com', { isRecursive: true })).toMatchObject({ rcode: 'REFUSED' });
  expect(ask(open, 'example.com', { isRecursive: true, mayForward: false, mayRecurse: true })).toMatchObject({ rcode: 'REFUSED' });
  expect(ask(open, 'alice.mm--', { isRecursive: true, mayForward: false, mayRecurse: true }).outcome).toBe(RECURSE);
  expect(ask(open, 'example.com', { mayRecurse: true })).toMatchObject({ rcode: 'REFUSED' });
  for (const name of ['mm--', 'nobody.mm--', 'MM--', 'x.y.mM--', '0.mm--', '_mns.mm--', 'lonely.mm--']) expect(ask(open, name, { isRecursive: true, mayRecurse: true }).outcome, name).toBeGreaterThan(0);
  for (const name of ['alice.mm--', 'coffeepot.alice.mm--']) expect(ask(open, name, { isRecursive: true, mayRecurse: true }).outcome).toBe(RECURSE);
  expect(ask(open, 'alice.mm--', { isRecursive: true })).toMatchObject({ ra: false, authority: [expect.stringContaining('NS'), expect.stringContaining('NS')] });
});

test('without a copy it says that it is not ready; with an old one, how old', () => {
  expect(ask(dnsZone(null), 'alice.mm--')).toMatchObject({ rcode: 'SERVFAIL', error: { code: 14 } });
  expect(ask(dnsZone(dnsTable(), { clock: () => NOW + 3 * DAY }), 'alice.mm--')).toMatchObject({ rcode: 'NOERROR', error: { code: 3, text: 'the copy of the log is 3 days old' } });
});

test('an answer keeps to the size that was asked for: cut over UDP, whole over TCP', () => {
  const long = `${'d'.repeat(63)}.${'e'.repeat(63)}.${'f'.repeat(60)}.many.mm--`;
  expect(ask(zone, long, { edns: null })).toMatchObject({ tc: true, authority: [], additional: [] });
  expect(ask(zone, long, { edns: null }).bytes.length).toBeLessThanOrEqual(512);
  expect(ask(zone, long, { edns: 1_232 })).toMatchObject({ tc: false });
  expect(ask(zone, long, { edns: null, isTcp: true }).additional).toHaveLength(8);
  expect(ask(zone, 'wordy.mm--', { edns: null, type: 'TXT' }).answers[0]).toContain(`${'t'.repeat(60)}.example; seal=1000`);
  // what the asker claims to take is bounded, so that nobody is flooded in his name
  for (const name of ['many.mm--', long, 'wordy.mm--', 'bob.mm--']) expect(ask(zone, name, { edns: 65_535, type: 'TXT' }).bytes.length).toBeLessThanOrEqual(1_232);
});

test('zone transfers and other classes are refused', () => {
  expect(ask(zone, 'mm--', { type: 'AXFR' })).toMatchObject({ rcode: 'REFUSED' });
  expect(ask(zone, 'mm--', { type: 'IXFR' })).toMatchObject({ rcode: 'REFUSED' });
  expect(ask(zone, 'version.bind', { type: 'TXT', class: 'CH' })).toMatchObject({ rcode: 'REFUSED' });
});
