import { toHex } from '../bytes/hex';
import { encodeJson, type Json, parseJson } from '../bytes/canonical-json';
import { array, bytes, hash, integer, nullable, object, oneOf, string } from '../bytes/fields';
import { sha256 } from '../bytes/sha256';
import { type Envelope, envelopeFromJson } from '../keys/dsse';
import { type mapProofToJson, mapProofFromJson, type MapProof } from '../map/proof';
import { refuse } from '../refusal';
import { MAX_COUNTER } from '../registry/limits';
import type { LogKind } from '../registry/policy';
import { MAX_ENTRY_BYTES } from '../tlog/bundle';
import type { Edge } from '../tlog/edge';
import { TILE_WIDTH } from '../tlog/tile-path';
import { MAX_NOTE_BYTES, MAX_POLICIES, type ReadEntry, readHashes, readShown, readStateProof, type ShownEntry, type StateProof } from './state-proof';

/*
 * Evidence: one self-contained file that shows, to anybody who knows the registry id, that the registry signed what an honest one
 * cannot have signed. SPEC.md §14.6.
 */

/** EVIDENCE_FORMAT is the `format` of an evidence file, EVIDENCE_EXTENSION how its name ends. */
export const EVIDENCE_FORMAT = 'mns-evidence/v1';
export const EVIDENCE_EXTENSION = '.mns-evidence.json';
/** MAX_EVIDENCE_BYTES bounds an evidence file. */
export const MAX_EVIDENCE_BYTES = 16_777_216;
/** MAX_EVIDENCE_ITEMS bounds the entries and the state that a file shows. */
export const MAX_EVIDENCE_ITEMS = 65_536;
const MAX_EDGE_LEVELS = 8;

interface Base {
  format: typeof EVIDENCE_FORMAT;
  registry: string;
}

interface WithPolicies extends Base {
  /** Every policy logged so far, the genesis first: they name the log keys. */
  policies: Envelope[];
}

/** ForkEvidence: two signed checkpoints of one log, `earlier` not larger than `later`. If they are of one size, their roots differ; else `consistency` shows that the later tree begins with one of the earlier size that has another root, `root`. */
export interface ForkEvidence extends WithPolicies {
  kind: 'fork';
  consistency: string[];
  earlier: string;
  later: string;
  log: LogKind;
  root: string | null;
}

/** NoSealEvidence: a signed checkpoint that closes no period. A names checkpoint whose last entry, shown, is no seal; or a proofs checkpoint, with a names checkpoint and the one seal of its size and another root, or the two neighbouring seals around its size. */
export interface NoSealEvidence extends WithPolicies {
  kind: 'no-seal';
  checkpoint: string;
  log: LogKind;
  /** null for the name log, whose own checkpoint is enough */
  names: string | null;
  shown: ShownEntry[];
}

/** TimeEvidence: two seals of one signed tree of which the later is not later in time, or not higher in number. */
export interface TimeEvidence extends WithPolicies {
  kind: 'time';
  checkpoint: string;
  shown: ShownEntry[];
}

/** BrokenReceiptEvidence: a registrar's promise, what it promised, and the sealed state from the promised seal on that is without it. */
export interface BrokenReceiptEvidence extends Base {
  kind: 'broken-receipt';
  assertion: Envelope;
  proof: StateProof;
  receipt: Envelope;
}

/** EdgeJson is an `Edge` with its hashes in base64. */
export interface EdgeJson {
  levels: string[][];
  size: number;
}

/** ShownState is what the map of the seal before says about one key. */
export interface ShownState {
  key: string;
  map: ReturnType<typeof mapProofToJson>;
  /** null if there is nothing; inclusion under the signed checkpoint */
  shown: ShownEntry | null;
}

/** ReplayEvidence: a signed names checkpoint, and all it takes to replay its last period: it does not come out as signed. */
export interface ReplayEvidence extends WithPolicies {
  kind: 'replay';
  checkpoint: string;
  /** `entries`, base64: the seal before, then the period's, its own seal last; `edge` the log as it was before the first of them */
  names: { edge: EdgeJson; entries: string[] };
  /** the assertions of the period; `edge` the proof log before them */
  proofs: { edge: EdgeJson; entries: string[] };
  state: ShownState[];
}

/** Evidence is any of them, told apart by `kind`. */
export type Evidence = ForkEvidence | NoSealEvidence | TimeEvidence | BrokenReceiptEvidence | ReplayEvidence;

export type EvidenceKind = Evidence['kind'];

/** ReadLog and the rest are the same with bytes decoded. */
export interface ReadLog {
  readonly edge: Edge;
  readonly entries: readonly Uint8Array[];
}

export interface ReadShownState {
  readonly key: Uint8Array;
  readonly map: MapProof;
  readonly shown: ReadEntry | null;
}

export interface ReadReplay {
  readonly checkpoint: string;
  readonly kind: 'replay';
  readonly names: ReadLog;
  readonly proofs: ReadLog;
  readonly state: readonly ReadShownState[];
}

/** ReadEvidence is a file after a strict look at its form; nothing is shown yet. `policies` is empty for a broken receipt, whose proof brings them. */
export type ReadEvidence = { readonly policies: readonly Envelope[]; readonly registry: string } & (
  | { readonly kind: 'fork'; readonly consistency: readonly Uint8Array[]; readonly earlier: string; readonly later: string; readonly log: LogKind; readonly root: string | null }
  | { readonly kind: 'no-seal'; readonly checkpoint: string; readonly log: LogKind; readonly names: string | null; readonly shown: readonly ReadEntry[] }
  | { readonly kind: 'time'; readonly checkpoint: string; readonly shown: readonly ReadEntry[] }
  | { readonly kind: 'broken-receipt'; readonly assertion: Envelope; readonly proof: Json; readonly receipt: Envelope }
  | ReadReplay
);

/** encodeEvidence writes the file: canonical JSON, UTF-8. @throws Refusal `too-large`. */
export function encodeEvidence(evidence: Evidence): Uint8Array {
  const json: object = evidence;
  const encoded = encodeJson(json as Json);
  return encoded.length <= MAX_EVIDENCE_BYTES ? encoded : refuse('too-large', 'What shows this fault is larger than an evidence file may be.');
}

/** evidenceFileName is the name under which a file is stored and published: its kind and the first half of its hash. */
export function evidenceFileName(kind: EvidenceKind, encoded: Uint8Array): string {
  return `${kind}-${toHex(sha256(encoded)).slice(0, 32)}${EVIDENCE_EXTENSION}`;
}

const FIELDS: Record<EvidenceKind, readonly string[]> = {
  'broken-receipt': ['assertion', 'proof', 'receipt'],
  fork: ['consistency', 'earlier', 'later', 'log', 'policies', 'root'],
  'no-seal': ['checkpoint', 'log', 'names', 'policies', 'shown'],
  replay: ['checkpoint', 'names', 'policies', 'proofs', 'state'],
  time: ['checkpoint', 'policies', 'shown'],
};

/**
 * parseEvidence reads an evidence file's form, strictly.
 * @throws Refusal `bad-evidence` for another format or kind, `too-large`, and those of the JSON, field, envelope and proof readers.
 */
export function parseEvidence(encoded: Uint8Array): ReadEvidence {
  const value = parseJson(encoded, MAX_EVIDENCE_BYTES);
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value['format'] !== EVIDENCE_FORMAT) {
    return refuse('bad-evidence', `This is not evidence of the format ${EVIDENCE_FORMAT}.`);
  }
  const kind = value['kind'];
  if (typeof kind !== 'string' || !Object.hasOwn(FIELDS, kind)) return refuse('bad-evidence', 'This program knows no evidence of that kind.');
  const known = kind as EvidenceKind;
  const fields: Record<string, Json> = object<string>(value, [...FIELDS[known], 'format', 'kind', 'registry'], 'evidence');
  const field = (name: string): Json => fields[name] ?? null;
  const note = (name: string): string => string(field(name), `evidence.${name}`, MAX_NOTE_BYTES);
  const shown = (): ReadEntry[] => array(field('shown'), 'evidence.shown', 2).map((item, i) => readShown(item, 'entry', `evidence.shown[${i}]`));
  const log = (): LogKind => oneOf(field('log'), 'evidence.log', ['names', 'proofs']);
  const base = { policies: known === 'broken-receipt' ? [] : readPolicies(field('policies')), registry: hash(field('registry'), 'evidence.registry') };
  switch (known) {
    case 'fork':
      return { ...base, consistency: readHashes(field('consistency'), 'evidence.consistency'), earlier: note('earlier'), kind: known, later: note('later'), log: log(), root: nullable(field('root'), (root) => hash(root, 'evidence.root')) };
    case 'no-seal':
      return { ...base, checkpoint: note('checkpoint'), kind: known, log: log(), names: nullable(field('names'), () => note('names')), shown: shown() };
    case 'time':
      return { ...base, checkpoint: note('checkpoint'), kind: known, shown: shown() };
    case 'replay':
      return { ...base, checkpoint: note('checkpoint'), kind: known, names: readLog(field('names'), 'evidence.names'), proofs: readLog(field('proofs'), 'evidence.proofs'), state: array(field('state'), 'evidence.state', MAX_EVIDENCE_ITEMS).map(readState) };
    default:
      readStateProof(field('proof'));
      return { ...base, assertion: envelopeFromJson(field('assertion'), 'assertion', 'evidence.assertion'), kind: known, proof: field('proof'), receipt: envelopeFromJson(field('receipt'), 'receipt', 'evidence.receipt') };
  }
}

function readPolicies(value: Json): Envelope[] {
  return array(value, 'evidence.policies', MAX_POLICIES).map((item, i) => envelopeFromJson(item, 'assertion', `evidence.policies[${i}]`));
}

function readLog(value: Json, path: string): ReadLog {
  const fields = object(value, ['edge', 'entries'], path);
  return { edge: readEdge(fields.edge, `${path}.edge`), entries: array(fields.entries, `${path}.entries`, MAX_EVIDENCE_ITEMS).map((item, i) => readEntryBytes(item, `${path}.entries[${i}]`)) };
}

function readEntryBytes(value: Json, path: string): Uint8Array {
  const entry = bytes(value, path);
  return entry.length <= MAX_ENTRY_BYTES ? entry : refuse('too-large', `${path} is longer than any entry.`);
}

/** readEdge reads the hashes of the last, partial tile of each level: as many of them as the size says. */
function readEdge(value: Json, path: string): Edge {
  const fields = object(value, ['levels', 'size'], path);
  const size = integer(fields.size, `${path}.size`, 0, MAX_COUNTER);
  const levels = array(fields.levels, `${path}.levels`, MAX_EDGE_LEVELS).map((level, i) => array(level, `${path}.levels[${i}]`, TILE_WIDTH - 1).map((item, j) => bytes(item, `${path}.levels[${i}][${j}]`, 32)));
  let rest = size;
  for (const level of levels) {
    if (level.length !== rest % TILE_WIDTH || rest === 0) refuse('bad-evidence', `${path} does not fit its size.`);
    rest = Math.floor(rest / TILE_WIDTH);
  }
  if (rest > 0) refuse('bad-evidence', `${path} does not fit its size.`);
  return { levels, size };
}

function readState(value: Json, at: number): ReadShownState {
  const path = `evidence.state[${at}]`;
  const fields = object(value, ['key', 'map', 'shown'], path);
  return { key: bytes(fields.key, `${path}.key`, 32), map: mapProofFromJson(fields.map), shown: nullable(fields.shown, (item) => readShown(item, 'entry', `${path}.shown`)) };
}
