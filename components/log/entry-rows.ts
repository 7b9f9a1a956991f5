import type { LogEntry } from '../../lib/client/wire';
import { meaningOf, type Meaning } from './entry-meaning';

/** Row is one line of a list of entries: an entry, or a run of seals over nothing, of which `entry` is the newest. */
export interface Row {
  entry: LogEntry;
  meaning: Meaning;
  /** How many entries the line stands for. */
  count: number;
}

/** rowsOf makes lines of entries that stand newest first; seals over nothing that follow each other share one. */
export function rowsOf(entries: readonly LogEntry[]): Row[] {
  const rows: Row[] = [];
  for (const entry of entries) {
    const meaning = meaningOf(entry.log, entry.bytes);
    const above = rows.at(-1);
    if (above?.meaning.idle && meaning.idle) above.count += 1;
    else rows.push({ entry, meaning, count: 1 });
  }
  return rows.map((row) =>
    row.count === 1 ? row : { ...row, meaning: { ...row.meaning, sentence: `${row.count} seals in a row over minutes without changes.` } },
  );
}
