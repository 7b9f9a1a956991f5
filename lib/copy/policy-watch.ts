import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAssertion } from '../core/assertion/parse';
import { canonicalText, encodeJson, type Json, parseJson } from '../core/bytes/canonical-json';
import { array } from '../core/bytes/fields';
import { toBase64 } from '../core/bytes/base64';
import { type OpenedCheckpoint, openCheckpoint } from '../core/checkpoint/checkpoint';
import { type Envelope, envelopeFromJson, envelopeToJson, payloadHash } from '../core/keys/dsse';
import { type Vkey, parseVkey } from '../core/note/vkey';
import { refuse } from '../core/refusal';
import type { LogKind } from '../core/registry/policy';
import { readSealedEntry } from '../core/registry/parse-entry';
import type { NameLogEntry, PolicyEntry } from '../core/registry/state';
import type { CopyReader } from './copy-reader';
import { type PolicyChain, openPolicies } from '../core/validation/policy-chain';
import { ReplayMismatch } from '../core/validation/replay';

/** POLICIES_FILE holds the envelopes of all policies that the copy's log has logged, the genesis first. */
export const POLICIES_FILE = 'policies.json';

const MAX_FILE_BYTES = 64 * 1024 * 1024;
const MAX_POLICIES = 100_000;

/**
 * PolicyWatch follows a registry's policies from the genesis, whose hash is the registry id: each must be signed as §7.3 of
 * the specification says, and each policy entry of the name log must say what they say. So it knows whose keys sign the logs.
 */
export class PolicyWatch {
  #envelopes: readonly Envelope[];
  #chain: PolicyChain | null = null;
  #entry: PolicyEntry | null = null;

  private constructor(envelopes: readonly Envelope[]) {
    this.#envelopes = envelopes;
  }

  /** empty knows no registry yet. */
  static empty(): PolicyWatch {
    return new PolicyWatch([]);
  }

  /** from goes on from the policies of a copy and the policy entry in force there. @throws Refusal. */
  static from(envelopes: readonly Envelope[], entry: PolicyEntry): PolicyWatch {
    const watch = new PolicyWatch(envelopes);
    watch.#take(entry, 0);
    return watch;
  }

  /** The registry id, null before the genesis. */
  get registry(): string | null {
    return this.#entry?.registry ?? null;
  }

  /** The origin, null before the genesis. */
  get origin(): string | null {
    return this.#entry?.origin ?? null;
  }

  /** Seconds from seal to seal, null before the genesis. */
  get periodSec(): number | null {
    return this.#entry?.policy.periodSec ?? null;
  }

  get envelopes(): readonly Envelope[] {
    return this.#envelopes;
  }

  /** fork is a watch that can take entries without changing this one. */
  fork(): PolicyWatch {
    const watch = new PolicyWatch(this.#envelopes);
    watch.#chain = this.#chain;
    watch.#entry = this.#entry;
    return watch;
  }

  /** keys are those that may sign a log's checkpoints now: those of the policy in force and of the one that is pending. */
  keys(log: LogKind): Vkey[] {
    if (this.#entry === null) return [];
    const { pending, policy } = this.#entry;
    return [...new Set([policy, ...pending.map((one) => one.policy)].flatMap(({ logs }) => logs[log]))].map(parseVkey);
  }

  /** open verifies a log's checkpoint by the keys that may sign it now. @throws Refusal `untrusted-note`, `bad-signature`, `bad-checkpoint`. */
  open(log: LogKind, note: string): OpenedCheckpoint {
    return openCheckpoint(note, this.keys(log));
  }

  /**
   * take takes a policy entry at a name-log index; `proof` reads the proof-log entry it rests on.
   * @throws Refusal of `openPolicies`, ReplayMismatch if the entry says something else than what was signed.
   */
  take(entry: PolicyEntry, index: number, proof: (index: number) => Uint8Array): void {
    const last = entry.pending.at(-1) ?? entry;
    const known = this.#chain?.policies.some(({ hash }) => hash === last.hash) ?? false;
    if (!known) {
      const { envelope, payload } = parseAssertion(proof(last.proof));
      if (payload.type !== 'genesis' && payload.type !== 'policy') throw new ReplayMismatch('names', index, `Name-log entry ${index} rests on proof-log entry ${last.proof}, which is no policy.`);
      this.#envelopes = [...this.#envelopes, envelope];
      this.#chain = null;
    }
    this.#take(entry, index);
  }

  /** A genesis under new keys may go on from the log so far, where it says so and the log is as large as it says. */
  #checkContinues(before: PolicyEntry, entry: PolicyEntry, index: number): void {
    const continues = this.#chain?.continues ?? null;
    if (continues === null || continues.registry !== before.registry || continues.size !== index) {
      refuse('wrong-registry', `Name-log entry ${index} is of the registry ${entry.registry}, which does not continue ${before.registry} there.`);
    }
  }

  #take(entry: PolicyEntry, index: number): void {
    this.#chain ??= openPolicies(this.#envelopes, entry.registry);
    const { origin, policies } = this.#chain;
    if (this.#entry !== null && this.#entry.registry !== entry.registry) this.#checkContinues(this.#entry, entry, index);
    if (entry.origin !== origin) throw new ReplayMismatch('names', index, `Name-log entry ${index} names another origin than the genesis.`);
    for (const one of [entry, ...entry.pending]) {
      const signed = policies.find(({ hash }) => hash === one.hash);
      if (signed === undefined || signed.number !== one.number || textOf(signed.policy) !== textOf(one.policy)) {
        throw new ReplayMismatch('names', index, `Name-log entry ${index} holds a policy ${one.number} that the policy keys did not sign.`);
      }
    }
    this.#entry = entry;
  }
}

function textOf(policy: object): string {
  return canonicalText(policy as Json);
}

/** policiesOf are the envelopes of all policies up to a policy entry: as they were kept, or as the copy's logs have them. @throws CopyRefusal `damaged-copy`. */
export function policiesOf(reader: CopyReader, newest: PolicyEntry): readonly Envelope[] {
  const kept = readPolicies(reader.dir);
  const last = (newest.pending.at(-1) ?? newest).hash;
  const end = kept?.findIndex((envelope) => toBase64(payloadHash(envelope)) === last) ?? -1;
  // More of them than the log has may be left of a commit that came to nothing.
  return kept !== null && end >= 0 ? kept.slice(0, end + 1) : policiesInLog(reader, newest);
}

function policiesInLog(reader: CopyReader, newest: PolicyEntry): Envelope[] {
  const proofs = new Set<number>();
  for (let entry: PolicyEntry | null = newest; entry !== null; ) {
    for (const { proof } of [entry, ...entry.pending]) proofs.add(proof);
    const before: NameLogEntry | null = entry.prev === null ? null : readSealedEntry(reader.names.entry(entry.prev));
    entry = before?.type === 'policy' ? before : null;
  }
  return [...proofs].sort((a, b) => a - b).map((proof) => parseAssertion(reader.proofs.entry(proof)).envelope);
}

/** encodePolicies writes POLICIES_FILE. */
export function encodePolicies(envelopes: readonly Envelope[]): Uint8Array {
  return encodeJson(envelopes.map((envelope) => envelopeToJson(envelope)));
}

/** readPolicies reads POLICIES_FILE of a copy; null if there is none or it is not as it was written. */
export function readPolicies(dir: string): Envelope[] | null {
  const path = join(dir, POLICIES_FILE);
  if (!existsSync(path)) return null;
  try {
    return array(parseJson(readFileSync(path), MAX_FILE_BYTES), 'policies', MAX_POLICIES).map((value, i) => envelopeFromJson(value, 'assertion', `policies[${i}]`));
  } catch {
    return null;
  }
}
