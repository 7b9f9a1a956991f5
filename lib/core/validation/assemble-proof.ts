import type { ParsedAssertion } from '../assertion/parse';
import { isRootTransfer } from '../assertion/name-payloads';
import { isRootUpdate } from '../assertion/payloads';
import { keyidsOf } from '../assertion/signers';
import { toBase64 } from '../bytes/base64';
import type { Envelope } from '../keys/dsse';
import { type MapProof, mapProofToJson } from '../map/proof';
import type { IdentityEntry, RecordEntry } from '../registry/state';
import { PROOF_FORMAT, type SealedState, type ShownEntry, type StateProof, type Subject, type SubjectState } from './state-proof';

/** EntryParts is an entry of a log with its inclusion proof. */
export interface EntryParts {
  readonly bytes: Uint8Array;
  readonly index: number;
  readonly inclusion: readonly Uint8Array[];
}

/** StateParts is an entry of the name log that is the latest under its key, with the map's proof of it. */
export interface StateParts extends EntryParts {
  readonly map: MapProof;
}

/** CommonParts is what the proofs of all names of one seal have in common. */
export interface CommonParts {
  readonly checkpoint: string;
  readonly policies: readonly Envelope[];
  readonly policy: StateParts;
  readonly registry: string;
  readonly seal: EntryParts;
}

/** CommonProof is the same, as it stands in the proofs: made once, shared by all of them, never to be changed. */
export type CommonProof = Pick<StateProof, 'checkpoint' | 'policies' | 'policy' | 'registry' | 'seal'>;

/** StateProofParts is what a server reads from its logs to make a state proof; all of one seal. */
export interface StateProofParts {
  readonly assertions: readonly EntryParts[];
  readonly common: CommonProof;
  readonly consistency: { readonly proof: readonly Uint8Array[]; readonly size: number } | null;
  readonly identity: StateParts | null;
  readonly state: { readonly at: SubjectState['at']; readonly map: MapProof; readonly shown: EntryParts | null };
  readonly subject: Subject;
}

/** assembleCommon puts the part together that all proofs of a seal share. */
export function assembleCommon(parts: CommonParts): CommonProof {
  return { checkpoint: parts.checkpoint, policies: [...parts.policies], policy: sealed(parts.policy), registry: parts.registry, seal: shown(parts.seal) };
}

/** assembleStateProof puts a state proof together as JSON. Fields are in canonical order. */
export function assembleStateProof(parts: StateProofParts): StateProof {
  const { common, consistency, state } = parts;
  return {
    assertions: parts.assertions.map(({ bytes, inclusion, index }) => ({ assertion: toBase64(bytes), inclusion: inclusion.map(toBase64), index })),
    checkpoint: common.checkpoint,
    consistency: consistency === null ? null : { proof: consistency.proof.map(toBase64), size: consistency.size },
    format: PROOF_FORMAT,
    identity: parts.identity === null ? null : sealed(parts.identity),
    policies: common.policies,
    policy: common.policy,
    registry: common.registry,
    seal: common.seal,
    state: { at: state.at, map: mapProofToJson(state.map), shown: state.shown === null ? null : shown(state.shown) },
    subject: parts.subject,
  };
}

function shown({ bytes, inclusion, index }: EntryParts): ShownEntry {
  return { entry: toBase64(bytes), inclusion: inclusion.map(toBase64), index };
}

function sealed(parts: StateParts): SealedState {
  return { ...shown(parts), map: mapProofToJson(parts.map) };
}

/** assertionsOf are the proof-log indexes of the assertions that a record rests on by itself: what it says comes from one, what changed it last may be another. */
export function assertionsOf(record: RecordEntry): number[] {
  return record.source === record.proof ? [record.proof] : [record.proof, record.source];
}

/**
 * earlierKeyOf gives the signing key, base64, whose certificate the proof must show besides: that of what the holder signed before
 * the holder's key was replaced. `assertion` is one of `assertionsOf`. Look for the key back along `identity.prev` and show the
 * assertion that entry rests on. Null if the assertion and the identity's own are enough.
 */
export function earlierKeyOf(assertion: ParsedAssertion, identity: IdentityEntry): string | null {
  const { payload } = assertion;
  const [signer] = keyidsOf(assertion);
  const byHolder = payload.type === 'cancel' || (payload.type === 'update' && !isRootUpdate(payload)) || (payload.type === 'transfer' && !isRootTransfer(payload) && payload.udf !== identity.udf);
  return !byHolder || signer === undefined || signer === identity.key || signer === identity.root ? null : signer;
}
