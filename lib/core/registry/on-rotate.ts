import type { IdentityCertificate } from '../assertion/identity';
import type { RotatePayload } from '../assertion/payloads';
import { invariant, refuse } from '../refusal';
import { identityEntry } from './on-register';
import type { SealContext } from './seal-context';
import { type RecordEntry, type StateEntry, type StateReader, readIdentity, readRecord } from './state';

/**
 * onRotate replaces an identity's certificate by the next one, at once, and voids the transfers by which the identity is giving names
 * away: a thief of the old key may have signed them. Root and successor never change.
 * @throws Refusal `unknown-identity`, `stale-of`, `wrong-certificate`, `wrong-number`, `nothing-changes`, `no-changes-left`.
 */
export function onRotate(payload: RotatePayload, certificate: IdentityCertificate, state: StateReader, at: SealContext): StateEntry[] {
  const known = readIdentity(state, payload.udf);
  if (known === null) return refuse('unknown-identity', 'This identity is not in the log.');
  const { entry } = known;
  if (payload.of !== entry.certificate) refuse('stale-of', `The certificate to replace is number ${entry.number}.`);
  if (certificate.next !== entry.next) refuse('wrong-certificate', 'The successor is fixed by certificate number 0.');
  if (certificate.number !== entry.number + 1) refuse('wrong-number', `The next certificate has number ${entry.number + 1}.`);
  if (certificate.key === entry.key && certificate.encrypt === entry.encrypt && certificate.ca === entry.ca) {
    refuse('nothing-changes', 'The new certificate says the same as the old one.');
  }
  if (entry.allowance <= 0) refuse('no-changes-left', 'All included rotations of this identity are used.');
  return [identityEntry(certificate, entry.allowance - 1, at.proofIndex, known.index), ...voided(payload.udf, state, at)];
}

/** voided are the records of the names that an identity was giving away, in proof-log order of the transfers. */
function voided(udf: string, state: StateReader, at: SealContext): RecordEntry[] {
  return at.due.givenBy(udf).flatMap((name) => {
    const found = readRecord(state, name);
    invariant(found?.entry.pending[0]?.kind === 'transfer' && found.entry.udf === udf, 'what is given away is a pending transfer of the giver');
    return [{ ...found.entry, pending: [], prev: found.index, proof: at.proofIndex }];
  });
}
