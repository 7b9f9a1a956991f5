import { canonicalText, type Json } from '../bytes/canonical-json';
import type { IdentityEntry, RecordEntry } from './name-entries';

/*
 * The canonical JSON of the two entries that make up nearly all of the name log, written by their forms: hashes, keys, UDFs, names,
 * services and addresses have no character that JSON escapes, so only what may hold one goes through the encoder. A test compares
 * with it.
 */

/** recordText is a record in canonical JSON. */
export function recordText(entry: RecordEntry): string {
  const { after, allowance, changes, dns, ended, head, name, prev, proof, registration, root, schedule, service, source, tenure, udf } = entry;
  return (
    `{"after":"${after}","allowance":${allowance},"case":${anyText(entry.case)},"changes":${changes},"display":${canonicalText(entry.display)},` +
    `"dns":${dns.length === 0 ? '[]' : `["${dns.join('","')}"]`},"ended":${quoted(ended)},"head":"${head}","locks":${anyText(entry.locks)},"name":"${name}",` +
    `"pending":${anyText(entry.pending)},"prev":${prev},"proof":${proof},"registration":"${registration}","root":{"changes":${root.changes},"head":"${root.head}"},` +
    `"schedule":${schedule},"service":${quoted(service)},"source":${source},"tenure":${tenure},"type":"record","udf":"${udf}"}`
  );
}

/** identityText is an identity in canonical JSON. */
export function identityText(entry: IdentityEntry): string {
  const { allowance, ca, certificate, encrypt, key, next, number, prev, proof, root, udf } = entry;
  return (
    `{"allowance":${allowance},"ca":${quoted(ca)},"certificate":"${certificate}","encrypt":"${encrypt}","key":"${key}","next":${quoted(next)},` +
    `"number":${number},"prev":${prev},"proof":${proof},"root":"${root}","type":"identity","udf":"${udf}"}`
  );
}

function quoted(value: string | null): string {
  return value === null ? 'null' : `"${value}"`;
}

function anyText(value: string | readonly object[] | null): string {
  if (value === null) return 'null';
  if (value.length === 0 && typeof value !== 'string') return '[]';
  return canonicalText(value as Json);
}
