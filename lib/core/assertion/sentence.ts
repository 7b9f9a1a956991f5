import { showUdf } from '../keys/udf';
import { ROOT_CHANGES } from '../registry/limits';
import type { RecordEntry } from '../registry/state';
import { parseIdentity } from './identity';
import { isRootUpdate, type Payload, type RegisterPayload, type RotatePayload, type UpdatePayload } from './payloads';
import { parseValidatorKey } from './parse-tokens';
import type { TokensPayload } from './token-payloads';
import { formatCents } from './money';
import { describeName } from './sentence-names';
import { at, served, withDns } from './sentence-parts';

/** FOR_EVER ends every sentence that is shown before signing. */
export const FOR_EVER = 'Public for ever: it can’t be erased.';

/**
 * describe says in plain words what an assertion does, before to after, as it is shown before it is signed and on its page in the log.
 * `before` is the record that it changes, if it is known; the payload must have been parsed.
 */
export function describe(payload: Payload, before: RecordEntry | null = null): string {
  return `${sentence(payload, before)} ${FOR_EVER}`;
}

function sentence(payload: Payload, before: RecordEntry | null): string {
  switch (payload.type) {
    case 'genesis':
      return `Open the registry ${payload.origin}${payload.continues ? `, which continues ${payload.continues.registry}` : ''}.`;
    case 'policy':
      return `Announce policy ${payload.number}${payload.atOnce ? ', in force at once' : ''}.`;
    case 'reserve':
      return `Reserve @${payload.name}: ${payload.reason}${endOf(payload.reason)}`;
    case 'release':
      return `Release @${payload.name}: ${payload.reason}${endOf(payload.reason)}`;
    case 'mark': {
      const { classes, number, office, owner } = payload.mark;
      return `Record the mark ${office} ${number} of ${owner} for @${payload.name}${classes.length === 0 ? '' : `, classes ${classes.join(', ')}`}.`;
    }
    case 'register':
      return describeRegister(payload);
    case 'update':
      return describeUpdate(payload, before);
    case 'validator':
      return `Enrol the validator ${nameOfKey(payload.vkey)} with ${showUdf(payload.udf)}, which holds @${payload.holds.name}: its tokens are logged from then on.`;
    case 'validator-retired':
      return `End the part of the validator ${nameOfKey(payload.vkey)}.`;
    case 'tokens':
      return describeTokens(payload);
    case 'rotate':
      return describeRotate(payload);
    default:
      return describeName(payload, before);
  }
}

function describeTokens({ seals }: TokensPayload): string {
  return seals.map(({ seal, tokens }) => `Log that ${namesOf(tokens)} checked the log up to seal ${seal}.`).join(' ');
}

/** Beyond so many names the rest is a number. */
const SOME = 5;

function namesOf(tokens: TokensPayload['seals'][number]['tokens']): string {
  const names = tokens.map(({ vkey }) => nameOfKey(vkey));
  return names.length <= SOME ? names.join(', ') : `${names.slice(0, SOME - 1).join(', ')} and ${names.length - SOME + 1} more`;
}

function nameOfKey(vkey: string): string {
  return parseValidatorKey(vkey).name;
}

function endOf(text: string): string {
  return /[.!?]$/.test(text) ? '' : '.';
}

function describeRegister(payload: RegisterPayload): string {
  const { udf } = parseIdentity(payload.certificate, null);
  const writing = payload.display === payload.name ? '' : `, written ${payload.display}`;
  return `Register @${payload.name}${writing}, for life, for ${formatCents(payload.priceCents)}, to ${showUdf(udf)}, ${served(payload.service)}${withDns(payload.dns)}.`;
}

function describeUpdate(payload: UpdatePayload, before: RecordEntry | null): string {
  const name = `@${payload.name}`;
  const what = before === null ? [`Set ${name}: ${served(payload.service)}${withDns(payload.dns)}, written ${payload.display}.`] : differences(name, payload, before);
  return [...what, ...count(payload, before)].join(' ');
}

function differences(name: string, payload: UpdatePayload, before: RecordEntry): string[] {
  const what: string[] = [];
  if (payload.service !== before.service) what.push(move(name, before.service, payload.service));
  if (payload.dns.join() !== before.dns.join()) what.push(`Change the DNS servers of ${name} from ${list(before.dns)} to ${list(payload.dns)}.`);
  if (payload.display !== before.display) what.push(`Write ${name} as ${payload.display} instead of ${before.display}.`);
  return what.length === 0 ? [`Leave ${name} as it is.`] : what;
}

function move(name: string, from: string | null, to: string | null): string {
  if (to === null) return `Take ${name} away from ${at(from ?? '')}, with no provider after.`;
  return from === null ? `Give ${name} the provider ${at(to)}.` : `Move ${name} from ${at(from)} to ${at(to)}.`;
}

function list(dns: readonly string[]): string {
  return dns.length === 0 ? 'none' : dns.join(', ');
}

function count(payload: UpdatePayload, before: RecordEntry | null): string[] {
  if (before === null) return isRootUpdate(payload) ? ['Signed by the root key.'] : [];
  return [isRootUpdate(payload) ? `Change ${before.root.changes + 1} of ${ROOT_CHANGES} by the root key.` : `Change ${before.changes + 1} of ${before.allowance}.`];
}

function describeRotate(payload: RotatePayload): string {
  const { number } = parseIdentity(payload.certificate, null);
  return `Give the identity ${showUdf(payload.udf)} a new certificate, number ${number}: from its seal on only the new signing key counts.`;
}
