import { parseName } from '../assertion/name';
import type { Json } from '../bytes/canonical-json';
import { array, bytes, hash, integer, nullable, object, oneOf, string } from '../bytes/fields';
import { type Envelope, envelopeFromJson } from '../keys/dsse';
import { isLoggedUdf } from '../keys/udf';
import { type MapProof, mapProofFromJson, type mapProofToJson } from '../map/proof';
import { Refusal, refuse } from '../refusal';
import { MAX_COUNTER, MAX_NAME_LENGTH, MAX_TENURE } from '../registry/limits';
import { MAX_ENTRY_BYTES } from '../tlog/bundle';

/** PROOF_FORMAT is the `format` of a state proof. */
export const PROOF_FORMAT = 'mns-proof/v1';

/** MAX_POLICIES bounds the policies in a proof, MAX_NOTE_BYTES its checkpoint note with all its signature lines. */
export const MAX_POLICIES = 1_024;
export const MAX_NOTE_BYTES = 262_144;
const MAX_TREE_HEIGHT = 64;
const MAX_ASSERTIONS = 5;

/** Subject is what a proof is about; `tenure` null means the highest so far. */
export type Subject = { kind: 'name'; name: string; tenure: number | null } | { kind: 'identity'; udf: string };

/** ShownEntry is a name-log entry: its bytes (base64), its index, and its inclusion proof under the checkpoint, hashes in base64. */
export interface ShownEntry {
  entry: string;
  inclusion: string[];
  index: number;
}

/** SealedState is an entry with the proof that the sealed map holds it. */
export interface SealedState extends ShownEntry {
  map: ReturnType<typeof mapProofToJson>;
}

/**
 * SubjectState is what the map holds under the subject's key, or that it holds nothing. `at` says which key: an identity's;
 * a name's own (its highest tenure); or `name.N`, for a tenure that is no longer the highest.
 */
export interface SubjectState {
  at: 'identity' | 'name' | 'tenure';
  map: ReturnType<typeof mapProofToJson>;
  shown: ShownEntry | null;
}

/** ShownAssertion is a proof-log entry with its inclusion proof under the seal's proof-log head. */
export interface ShownAssertion {
  assertion: string;
  inclusion: string[];
  index: number;
}

/**
 * StateProof is the latest state of a name or an identity with all that shows it: JSON as it is sent and stored. A server
 * fills it from its logs; nothing in it is trusted by whoever reads it.
 */
export interface StateProof {
  /** What the state rests on: the record's assertion, the one which logged the identity's certificate, and, if another key signed the record's, the one that had logged that key. */
  assertions: ShownAssertion[];
  /** The names checkpoint, a signed note. */
  checkpoint: string;
  /** That the checkpoint's log begins with an earlier one of this size, if asked for. */
  consistency: { proof: string[]; size: number } | null;
  format: typeof PROOF_FORMAT;
  /** The state of the identity that holds the record, null if there is no record. */
  identity: SealedState | null;
  /** Every policy logged so far, the genesis first. */
  policies: Envelope[];
  /** The sealed policy entry. */
  policy: SealedState;
  registry: string;
  /** The checkpoint's last entry. */
  seal: ShownEntry;
  state: SubjectState;
  subject: Subject;
}

/** ReadEntry, ReadState and the rest are the same with bytes decoded. */
export interface ReadEntry {
  readonly bytes: Uint8Array;
  readonly inclusion: readonly Uint8Array[];
  readonly index: number;
}

export interface ReadState extends ReadEntry {
  readonly map: MapProof;
}

export interface ReadStateProof {
  readonly assertions: readonly ReadEntry[];
  readonly checkpoint: string;
  readonly consistency: { readonly proof: readonly Uint8Array[]; readonly size: number } | null;
  readonly identity: ReadState | null;
  readonly policies: readonly Envelope[];
  readonly policy: ReadState;
  readonly registry: string;
  readonly seal: ReadEntry;
  readonly state: { readonly at: SubjectState['at']; readonly map: MapProof; readonly shown: ReadEntry | null };
  readonly subject: Subject;
}

const FIELDS = ['assertions', 'checkpoint', 'consistency', 'format', 'identity', 'policies', 'policy', 'registry', 'seal', 'state', 'subject'] as const;

/**
 * readStateProof reads a state proof's form strictly, from parsed JSON; nothing is proved yet (see `verifyStateProof`).
 * @throws Refusal `bad-proof-file` for another format, and those of the field, envelope, name and map-proof readers.
 */
export function readStateProof(value: Json): ReadStateProof {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value['format'] !== PROOF_FORMAT) {
    return refuse('bad-proof-file', `This is not a proof of the format ${PROOF_FORMAT}.`);
  }
  const fields = object(value, FIELDS, 'proof');
  return {
    assertions: array(fields.assertions, 'proof.assertions', MAX_ASSERTIONS).map((item, i) => readShown(item, 'assertion', `proof.assertions[${i}]`)),
    checkpoint: string(fields.checkpoint, 'proof.checkpoint', MAX_NOTE_BYTES),
    consistency: nullable(fields.consistency, (item) => {
      const { proof, size } = object(item, ['proof', 'size'], 'proof.consistency');
      return { proof: readHashes(proof, 'proof.consistency.proof'), size: integer(size, 'proof.consistency.size', 1, MAX_COUNTER) };
    }),
    identity: nullable(fields.identity, (item) => readSealed(item, 'proof.identity')),
    policies: array(fields.policies, 'proof.policies', MAX_POLICIES).map((item, i) => envelopeFromJson(item, 'assertion', `proof.policies[${i}]`)),
    policy: readSealed(fields.policy, 'proof.policy'),
    registry: hash(fields.registry, 'proof.registry'),
    seal: readShown(fields.seal, 'entry', 'proof.seal'),
    state: readSubjectState(fields.state),
    subject: readSubject(fields.subject),
  };
}

function readSubject(value: Json): Subject {
  const isIdentity = typeof value === 'object' && value !== null && !Array.isArray(value) && value['kind'] === 'identity';
  if (isIdentity) {
    const udf = string(object(value, ['kind', 'udf'], 'proof.subject').udf, 'proof.subject.udf', 52);
    return isLoggedUdf(udf) ? { kind: 'identity', udf } : refuse('bad-udf', 'The subject must be a UDF of 52 upper-case characters.');
  }
  const fields = object(value, ['kind', 'name', 'tenure'], 'proof.subject');
  return {
    kind: oneOf(fields.kind, 'proof.subject.kind', ['name']),
    name: parseName(string(fields.name, 'proof.subject.name', MAX_NAME_LENGTH)),
    tenure: nullable(fields.tenure, (tenure) => integer(tenure, 'proof.subject.tenure', 0, MAX_TENURE)),
  };
}

function readSubjectState(value: Json): ReadStateProof['state'] {
  const fields = object(value, ['at', 'map', 'shown'], 'proof.state');
  return {
    at: oneOf(fields.at, 'proof.state.at', ['identity', 'name', 'tenure']),
    map: mapProofFromJson(fields.map),
    shown: nullable(fields.shown, (item) => readShown(item, 'entry', 'proof.state.shown')),
  };
}

function readSealed(value: Json, path: string): ReadState {
  const fields = object(value, ['entry', 'inclusion', 'index', 'map'], path);
  const { entry, inclusion, index } = fields;
  return { ...readShown({ entry, inclusion, index }, 'entry', path), map: mapProofFromJson(fields.map) };
}

/** readShown reads a shown entry or assertion. @throws Refusal of the field readers, `too-large`. */
export function readShown(value: Json, kind: 'assertion' | 'entry', path: string): ReadEntry {
  const fields: Record<string, Json> = object<string>(value, [kind, 'inclusion', 'index'], path);
  const entry = bytes(fields[kind] ?? null, `${path}.${kind}`);
  if (entry.length > MAX_ENTRY_BYTES) refuse('too-large', `${path}.${kind} is longer than any entry.`);
  return { bytes: entry, inclusion: readHashes(fields['inclusion'] ?? null, `${path}.inclusion`), index: integer(fields['index'] ?? null, `${path}.index`, 0, MAX_COUNTER) };
}

/** readHashes reads the hashes of an inclusion or consistency proof. */
export function readHashes(value: Json, path: string): Uint8Array[] {
  return array(value, path, MAX_TREE_HEIGHT).map((item, i) => bytes(item, `${path}[${i}]`, 32));
}

/** attempt gives what `read` reads, or the Refusal it refuses with. */
export function attempt<Value>(read: () => Value): Value | Refusal {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
