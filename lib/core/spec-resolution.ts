import { FIXTURE_AS_OF, fixtureRecord, fixtureTable } from './resolution/fixture-names';
import { dnsNameOf, formatAddress, parseAddress } from './resolution/address';
import type { NameTable } from './resolution/name-table';
import { quietOf, resolve, routeOf } from './resolution/resolve';

/*
 * The worked examples of SPEC.md §17: addresses as written, and a small state in which names have been sold and reassigned.
 */

const DAY = 86_400;
const NOW = FIXTURE_AS_OF.timeSec + 30;
const WRITTEN = ['@Alice', 'alice', '@alice.0', 'coffeepot@alice', 'Coffeepot.Alice.MM--', 'alice.0.mm--', '@toaster.alice', 'tap.coffeepot@alice.0'];

/** exampleTable: alice is served by comcast; bob was reassigned ten days ago; carol was sold; dave's payment was taken back. */
export function exampleTable(): NameTable {
  const long = NOW - 1_000 * DAY;
  return fixtureTable([
    [fixtureRecord('alice', 'alice', { service: 'comcast.0' }), long],
    [fixtureRecord('comcast', 'comcast', { dns: ['192.0.2.53', '2001:db8::53'], service: 'provider.example' }), long],
    [fixtureRecord('bob', 'bob', { ended: 'reassignment' }), long],
    [fixtureRecord('bob', 'bob corp', { registration: 'reassigned', tenure: 1 }), NOW - 10 * DAY],
    [fixtureRecord('carol', 'carol', { ended: 'transfer' }), long],
    [fixtureRecord('carol', 'buyer', { registration: 'transfer', service: 'dave.0', tenure: 1 }), NOW - 400 * DAY],
    [fixtureRecord('dave', 'dave', { ended: 'unpaid' }), long],
  ]);
}

/** specResolution gives the examples: name of the block → lines. */
export function specResolution(): Map<string, string[]> {
  const table = exampleTable();
  const answers = ([['@alice', null], ['@bob', null], ['@bob', 0], ['@bob.0', null], ['@carol', 0], ['@carol.0', null], ['@dave', null]] as const).map(([address, remembered]) => {
    const { name, tenure, host, dnsName, routes, warnings } = resolve(parseAddress(address), table, { nowSec: NOW, remembered: () => remembered });
    const asked = remembered === null ? address : `${address} by a user who remembers tenure ${remembered}`;
    return `${asked} → ${name}.${tenure}, ${routes ? `host ${host ?? 'none'}` : 'does not route'}, ${dnsName}${warnings.length === 0 ? '' : `; ${warnings.map(({ code }) => code).join(' ')}`}`;
  });
  const alice = table.tenure('alice', null);
  const bob = table.tenure('bob', null);
  const route = alice && routeOf(alice, table);
  const quiet = bob && quietOf(bob, table, NOW);
  const addresses = WRITTEN.map((written) => {
    const address = parseAddress(written);
    return `${written} → ${formatAddress(address)}${address.kind === 'name' ? ` → ${dnsNameOf(address)}` : ''}`;
  });
  return new Map([
    ['addresses', addresses],
    ['resolutions', answers],
    ['route', [JSON.stringify(route)]],
    ['quiet', [`before ${quiet?.before.name}.${quiet?.before.tenure}, after ${quiet?.after.name}.${quiet?.after.tenure}, until ${(quiet?.untilSec ?? 0) - NOW} s from now`]],
  ]);
}
