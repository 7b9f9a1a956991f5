import { toBase64 } from '../bytes/base64';
import { utf8 } from '../bytes/bytes';
import { sha256 } from '../bytes/sha256';
import type { RecordEntry } from '../registry/state';
import { type FixtureIdentity, type FixtureRegistry, type Pair, signedBy } from './fixtures';
import type { DisputePayload, HolderTransferPayload, PaymentPayload, ReassignPayload, TopupPayload } from './name-payloads';
import type { ParsedAssertion } from './parse';
import type { Base64 } from './payloads';

/*
 * Deterministic transfers, cases, reassignments and payments, well-formed for the record they are given.
 */

function common(world: FixtureRegistry, { name, tenure }: RecordEntry) {
  return { name, notAfter: world.notAfter, registry: world.registry, tenure };
}

function nextHolder(to: FixtureIdentity, { name }: RecordEntry) {
  return { certificate: to.certificate.envelope, display: name, dns: [], service: 'new.example', udf: to.udf };
}

/** makeTransfer gives a name away, signed by the holder's signing key and the recipient's. */
export function makeTransfer(world: FixtureRegistry, from: FixtureIdentity, to: FixtureIdentity, record: RecordEntry, change: Partial<HolderTransferPayload> = {}): ParsedAssertion {
  return signedBy({ ...common(world, record), ...nextHolder(to, record), prev: record.head, type: 'transfer', ...change }, [from.key, to.key]);
}

/** makeRootTransfer gives a name away at once, signed by the holder's root key and the recipient's signing key. */
export function makeRootTransfer(world: FixtureRegistry, from: FixtureIdentity, to: FixtureIdentity, record: RecordEntry): ParsedAssertion {
  return signedBy({ ...common(world, record), ...nextHolder(to, record), of: record.root.head, type: 'transfer' }, [from.root, to.key]);
}

/** makeCancel ends the transfer that is pending in the record (or that with the payload hash `of`), by the holder's signing key or another. */
export function makeCancel(world: FixtureRegistry, record: RecordEntry, signer: Pair, of: Base64 = record.pending[0]?.hash ?? record.head): ParsedAssertion {
  return signedBy({ ...common(world, record), of, type: 'cancel' }, [signer]);
}

/** makeTopup adds paid changes. */
export function makeTopup(world: FixtureRegistry, record: RecordEntry, change: Partial<TopupPayload> = {}): ParsedAssertion {
  const { schedule } = world.policy;
  return signedBy({ ...common(world, record), after: record.after, priceCents: schedule.topupCents, schedule: schedule.version, type: 'topup', ...change }, [world.registrar]);
}

/** arbitersOf are the first of a fixture's arbiters, as many as must sign. */
export function arbitersOf(world: FixtureRegistry): Pair[] {
  return world.arbiters.slice(0, world.policy.arbiters.threshold);
}

/** makeDispute opens a case, or closes it. */
export function makeDispute(world: FixtureRegistry, record: RecordEntry, number: string, type: DisputePayload['type'] = 'dispute', signers: readonly Pair[] = arbitersOf(world)): ParsedAssertion {
  return signedBy({ ...common(world, record), after: record.after, case: number, type }, signers);
}

/** makeReassign gives a name to another identity by decision in the record's open case. */
export function makeReassign(world: FixtureRegistry, to: FixtureIdentity, record: RecordEntry, change: Partial<ReassignPayload> = {}): ParsedAssertion {
  const decision = toBase64(sha256(utf8(`decision about ${record.name}`)));
  const payload: ReassignPayload = { ...common(world, record), ...nextHolder(to, record), after: record.after, case: record.case ?? 'NONE', decision, type: 'reassign', ...change };
  return signedBy(payload, [...arbitersOf(world), to.key]);
}

/** makePayment says that the payment for a name was taken back, or that it is final. */
export function makePayment(world: FixtureRegistry, record: RecordEntry, type: PaymentPayload['type']): ParsedAssertion {
  return signedBy({ ...common(world, record), after: record.after, type }, [world.registrar]);
}
