import type { NameTable } from '../../core/resolution/name-table';
import { packAddresses } from '../../core/resolution/packed-addresses';
import type { TenureFacts } from '../../core/resolution/reader';
import { formatAddress } from '../../core/resolution/address';
import { quietOf, resolve, routeOf } from '../../core/resolution/resolve';
import { ageWords, OLD_COPY_SEC } from '../../core/resolution/warnings';
import { Refusal } from '../../core/refusal';
import { EDE } from './wire';
import type { ExtendedError } from './reply';

/*
 * What DNS says of a name beyond the bytes: where its servers come from, why there are none, and the words of its TXT record.
 */

/** Servers are the packed addresses of a name's DNS servers, and what is to be said about them. */
export interface Servers {
  readonly addresses: Uint8Array;
  readonly error: ExtendedError | null;
  /** The name's delegations go in a circle or too far: nothing can be said about what lies below it. */
  readonly isBroken: boolean;
}

const NO_ADDRESSES = new Uint8Array(0);
const NO_SERVERS: Servers = { addresses: NO_ADDRESSES, error: null, isBroken: false };

/** inheritedServers follows `service` for a name that has no DNS servers of its own. */
export function inheritedServers(table: NameTable, row: number): Servers {
  try {
    const { dns } = routeOf(table.factsAt(row), table);
    return dns.length === 0 ? NO_SERVERS : { addresses: packAddresses(dns), error: null, isBroken: false };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { addresses: NO_ADDRESSES, error: { code: EDE.OTHER, text: `${error.code}: ${error.detail}` }, isBroken: true };
  }
}

/** endedError says why a tenure that does not route has no addresses. */
export function endedError({ name, tenure, ended }: TenureFacts): ExtendedError {
  return { code: EDE.OTHER, text: `@${name}.${tenure} ended (${ended === 'unpaid' ? 'unpaid' : 'sold'}) and does not route` };
}

/** quietError names both tenures of a name that was reassigned a short time ago, or is null. */
export function quietError(table: NameTable, facts: TenureFacts, nowSec: number): ExtendedError | null {
  const quiet = quietOf(facts, table, nowSec);
  if (quiet === null) return null;
  const { before, after, untilSec } = quiet;
  const until = new Date(untilSec * 1000).toISOString().slice(0, 10);
  return { code: EDE.OTHER, text: `name-quiet: earlier holder ${before.name}.${before.tenure}.mm--, new holder ${after.name}.${after.tenure}.mm--; reassigned, so the bare name has no address until ${until}` };
}

/** staleError says that the copy is old, or is null. */
export function staleError(table: NameTable, nowSec: number): ExtendedError | null {
  const ageSec = nowSec - table.asOf().timeSec;
  return ageSec < OLD_COPY_SEC ? null : { code: EDE.STALE_ANSWER, text: `the copy of the log is ${ageWords(ageSec)} old` };
}

/** textOf is the TXT record of a tenure: tags as in DKIM, all that `mns resolve` says in short. */
export function textOf(table: NameTable, facts: TenureFacts, isPinned: boolean, nowSec: number): string {
  const { name, tenure, udf, service } = facts;
  const tags: [string, string | number][] = [['v', 'mns1'], ['name', name], ['tenure', tenure], ['udf', udf]];
  const add = (tag: string, value: string | number | null) => {
    if (value !== null && value !== '') tags.push([tag, value]);
  };
  const quiet = isPinned ? null : quietOf(facts, table, nowSec);
  try {
    const found = resolve({ kind: 'name', name, tenure: isPinned ? tenure : null, udf: null, device: null }, table, { nowSec });
    add('service', found.service);
    if (found.via.length > 0) add('provider', found.host);
    add('current', isPinned && found.currentTenure !== tenure ? found.currentTenure : null);
    add('warning', found.warnings.map(({ code }) => code).join(','));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    add('service', service);
    add('error', error.code);
  }
  if (quiet !== null) {
    add('quiet-until', quiet.untilSec);
    add('before', formatAddress({ kind: 'name', ...quiet.before, udf: null, device: null }));
    add('before-udf', quiet.before.udf);
  }
  const { seal, timeSec } = table.asOf();
  tags.push(['seal', seal], ['at', timeSec]);
  return tags.map(([tag, value]) => `${tag}=${value}`).join('; ');
}
