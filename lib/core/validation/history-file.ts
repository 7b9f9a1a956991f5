import { text, utf8 } from '../bytes/bytes';
import { type Json, parseJson } from '../bytes/canonical-json';
import { array, integer, nullable, object, oneOf, string } from '../bytes/fields';
import { encodeEnvelope, type Envelope, envelopeFromJson } from '../keys/dsse';
import { refuse } from '../refusal';
import { MAX_COUNTER, MAX_TIME_SEC } from '../registry/limits';
import { readEntry } from '../registry/parse-entry';
import { encodeEntry, type NameLogEntry } from '../registry/state';

/** HISTORY_FORMAT is the only format there is. */
export const HISTORY_FORMAT = 'mns-history/v1';

/** HistorySeal is one period: its assertions, its time, and the name-log entries it makes, the seal last; null where they need not be compared. */
export interface HistorySeal {
  readonly names: readonly NameLogEntry[] | null;
  readonly proofs: readonly Envelope[];
  readonly timeSec: number;
}

/** Fault is why the last seal of a history must be refused: `log` and `index` say by which entry. */
export interface Fault {
  readonly code: string;
  readonly index: number;
  readonly log: 'names' | 'proofs';
}

/** History is both logs of a small registry, from genesis on. Without a fault it is valid; with one, all seals but the last are. SPEC §14.5. */
export interface History {
  readonly about: string;
  readonly fault: Fault | null;
  readonly format: typeof HISTORY_FORMAT;
  readonly seals: readonly HistorySeal[];
}

const MAX_FILE_BYTES = 1_048_576;
const MAX_SEALS = 1_000;

/** parseHistory reads a history file: canonical JSON, but for the line feeds between its values. @throws Refusal `bad-field` and those of the readers. */
export function parseHistory(bytes: Uint8Array): History {
  const fields = object(parseJson(utf8(text(bytes).replaceAll('\n', '')), MAX_FILE_BYTES), ['about', 'fault', 'format', 'seals'], 'history');
  const seals = array(fields.seals, 'history.seals', MAX_SEALS).map((item, i) => readSeal(item, `history.seals[${i}]`));
  if (seals.length === 0) refuse('bad-field', 'A history has at least one seal.');
  return { about: string(fields.about, 'history.about', 200), fault: nullable(fields.fault, readFault), format: oneOf(fields.format, 'history.format', [HISTORY_FORMAT]), seals };
}

function readSeal(value: Json, path: string): HistorySeal {
  const fields = object(value, ['names', 'proofs', 'timeSec'], path);
  return {
    names: nullable(fields.names, (names) => array(names, `${path}.names`, MAX_SEALS).map(readEntry)),
    proofs: array(fields.proofs, `${path}.proofs`, MAX_SEALS).map((item, i) => envelopeFromJson(item, 'assertion', `${path}.proofs[${i}]`)),
    timeSec: integer(fields.timeSec, `${path}.timeSec`, 0, MAX_TIME_SEC),
  };
}

function readFault(value: Json): Fault {
  const fields = object(value, ['code', 'index', 'log'], 'history.fault');
  return { code: string(fields.code, 'history.fault.code', 64), index: integer(fields.index, 'history.fault.index', 0, MAX_COUNTER), log: oneOf(fields.log, 'history.fault.log', ['names', 'proofs']) };
}

/** historyBytes are the entries of one period as the logs have them. */
export function historyBytes({ names, proofs }: HistorySeal): { names: Uint8Array[] | null; proofs: Uint8Array[] } {
  return { names: names === null ? null : names.map((entry) => encodeEntry(entry)), proofs: proofs.map((envelope) => encodeEnvelope(envelope)) };
}
