import { parseDisplay } from '../../lib/core/assertion/display';
import { addressFromInput, parseDns } from '../../lib/core/assertion/dns';
import { serviceFromInput } from '../../lib/core/assertion/service';
import { Refusal } from '../../lib/core/refusal';
import type { Details } from './registration';

/** Draft is what stands in the fields, as typed. */
export interface Draft {
  display: string;
  service: string;
  dns: string;
}

type Problems = Record<keyof Draft, string | null>;

/** readDetails judges a draft field by field with the core's own readers; `details` is null while any field has a problem. */
export function readDetails(draft: Draft, name: string): { details: Details | null; problems: Problems } {
  const display = attempt(() => parseDisplay(draft.display.trim().replace(/^@/, '').normalize('NFC'), name));
  const service = attempt(() => serviceFromInput(draft.service));
  const dns = attempt(() => readAddresses(draft.dns));
  const problems = { display: display.problem, service: service.problem, dns: dns.problem };
  const good = display.ok && service.ok && dns.ok;
  return { details: good ? { display: display.value, service: service.value, dns: dns.value } : null, problems };
}

function readAddresses(text: string): string[] {
  const typed = text.split(/[\s,;]+/).filter((address) => address !== '');
  const addresses = typed.map((address) => {
    const read = attempt(() => addressFromInput(address));
    if (!read.ok) throw new Refusal('bad-dns', `${address}: ${read.problem}`);
    return read.value;
  });
  return parseDns(addresses);
}

type Attempt<T> = { ok: true; value: T; problem: null } | { ok: false; problem: string };

function attempt<T>(read: () => T): Attempt<T> {
  try {
    return { ok: true, value: read(), problem: null };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, problem: error.detail };
    throw error;
  }
}
