import { formatTenureName } from '../assertion/name';
import { showUdf } from '../keys/udf';
import type { TenureFacts } from './reader';

/** WarningCode is the closed list of what an answer may warn of. */
export type WarningCode =
  | 'reassigned'
  | 'sold'
  | 'registered-again'
  | 'kept'
  | 'earlier-tenure'
  | 'does-not-route'
  | 'disputed'
  | 'pending-transfer'
  | 'pending-reassignment'
  | 'payment-reversed'
  | 'broken-service'
  | 'several-names'
  | 'old-copy';

/** Warning is one thing the user should know before trusting an answer. `detail` is a sentence for people. */
export interface Warning {
  readonly code: WarningCode;
  readonly detail: string;
}

/** OLD_COPY_SEC is the age of the newest seal from which an answer carries `old-copy`: ten times the usual period. */
export const OLD_COPY_SEC = 600;

interface Facts {
  found: TenureFacts;
  highest: TenureFacts;
  isPinned: boolean;
  /** how many living tenures a UDF has */
  names: number;
  broken: { name: string; tenure: number } | null;
  ageSec: number;
}

/** warningsOf lists what is to be said about an answer, the gravest first. */
export function warningsOf({ found, highest, isPinned, names, broken, ageSec }: Facts): Warning[] {
  const warnings: Warning[] = [];
  const add = (code: WarningCode, detail: string) => warnings.push({ code, detail });
  const bare = `@${found.name}`;
  const own = `@${formatTenureName(found.name, found.tenure)}`;
  const now = `@${formatTenureName(highest.name, highest.tenure)}`;

  if (found.tenure < highest.tenure) {
    if (found.ended === 'reassignment' && !isPinned) add('kept', `${bare} was reassigned to ${showUdf(highest.udf)} (${now}). You knew ${showUdf(found.udf)} under that name: this answer stays with ${own} until you choose.`);
    else if (found.ended === 'reassignment') add('earlier-tenure', `${bare} was reassigned since; the name alone now means ${now}, held by ${showUdf(highest.udf)}.`);
    else add('earlier-tenure', `This tenure has ended; the name alone now means ${now}, held by ${showUdf(highest.udf)}.`);
  }
  if (found.ended === 'transfer') add('does-not-route', `${own} ended by a sale or gift: its holder cannot be reached by it any more.`);
  if (found.ended === 'unpaid') add('does-not-route', `${own} ended because its payment was taken back. Anyone may register the name again.`);
  if (found.tenure > 0) {
    const earlier = formatTenureName(found.name, found.tenure - 1);
    if (found.registration === 'reassigned') add('reassigned', `${bare} was reassigned by decision: ${showUdf(found.udf)} is not who held it before. The earlier holder is still @${earlier}.`);
    else if (found.registration === 'transfer') add('sold', `${bare} changed hands: ${showUdf(found.udf)} is not who held it before.`);
    else add('registered-again', `${bare} was given up unpaid and registered again: ${showUdf(found.udf)} is not who held it before.`);
  }
  if (found.disputed) add('disputed', `Somebody disputes who may hold ${bare}.`);
  if (found.pendingReassignment) add('pending-reassignment', `A decision to reassign ${bare} has been logged and takes effect after its notice.`);
  if (found.pendingTransfer) add('pending-transfer', `The holder is giving ${bare} away: a transfer has been logged and takes effect after its delay.`);
  if (found.reversed) add('payment-reversed', `The payment for ${bare} was taken back.`);
  if (broken !== null) add('broken-service', `The service @${formatTenureName(broken.name, broken.tenure)} does not lead anywhere: that tenure was sold, has ended, or never was.`);
  if (names > 1) add('several-names', `This identity holds ${names} names; messages go by the one it has held longest.`);
  if (ageSec >= OLD_COPY_SEC) add('old-copy', `This copy of the log is ${ageWords(ageSec)} old: what has changed since is not in it.`);
  return warnings;
}

/** ageWords says a time span in the largest unit that fits twice or more. */
export function ageWords(seconds: number): string {
  const units: [string, number][] = [['days', 86_400], ['hours', 3_600], ['minutes', 60]];
  const unit = units.find(([, length]) => seconds >= 2 * length);
  return unit ? `${Math.floor(seconds / unit[1])} ${unit[0]}` : `${seconds} seconds`;
}
