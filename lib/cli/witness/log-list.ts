import { parseVkey, type Vkey } from '../../core/note/vkey';
import { Refusal } from '../../core/refusal';
import { refuseCli } from '../cli-refusal';
import type { WitnessedLog } from './add-checkpoint';

const HEADER = 'logs/v0';
const MAX_LIST_BYTES = 1_048_576;

/**
 * readLogList reads the log list of the witness network (witness-network.org/log-list-format): `logs/v0`, then blocks of `vkey`, and
 * perhaps `origin`, `qpd`, `contact`. Keys and lines that are not known here are passed over. @throws CliRefusal `bad-file`.
 */
export function readLogList(text: string): WitnessedLog[] {
  if (text.length > MAX_LIST_BYTES) refuseCli('bad-file', 'The list of logs is too long.');
  const lines = text.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  if (lines[0] !== HEADER) refuseCli('bad-file', `A list of logs starts with ${HEADER}.`);
  const found: { vkey: string; origin: string | null }[] = [];
  for (const line of lines.slice(1)) {
    const space = line.indexOf(' ');
    const [word, value] = space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1).trim()];
    const last = found.at(-1);
    if (word === 'vkey') found.push({ origin: null, vkey: value });
    else if (word === 'origin' && last !== undefined) last.origin = value;
  }
  return joinLogs(found.map(({ origin, vkey }) => ({ origin, vkey: readKey(vkey) })));
}

/** joinLogs puts the keys of one origin together; the origin is the key's name unless it is given. */
export function joinLogs(found: readonly { vkey: Vkey; origin: string | null }[]): WitnessedLog[] {
  const logs = new Map<string, Vkey[]>();
  for (const { origin, vkey } of found) {
    const name = origin ?? vkey.name;
    logs.set(name, [...(logs.get(name) ?? []), vkey]);
  }
  return [...logs].map(([origin, vkeys]) => ({ origin, vkeys }));
}

/** readKey reads a verifier key. @throws CliRefusal `bad-option`. */
export function readKey(text: string): Vkey {
  try {
    return parseVkey(text);
  } catch (error) {
    if (error instanceof Refusal) return refuseCli('bad-option', `${text.slice(0, 100)} is no verifier key: ${error.detail}`);
    throw error;
  }
}
