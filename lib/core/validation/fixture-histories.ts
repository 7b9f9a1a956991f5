import { encodeJson, type Json } from '../bytes/canonical-json';
import { text } from '../bytes/bytes';
import { makeRegistry } from '../assertion/fixtures';
import type * as fixtures from '../assertion/fixtures';
import type { ParsedAssertion } from '../assertion/parse';
import { DEFAULT_DELAYS } from '../assertion/policy-defaults';
import { FixtureLog } from '../registry/fixture-log';
import { parseEntry } from '../registry/parse-entry';
import { encodeEntry, type NameLogEntry, type RecordEntry, readRecord } from '../registry/state';
import { type Fault, type History, HISTORY_FORMAT, type HistorySeal } from './history-file';

/** historyWorld is the registry of all histories: delays of two seals, so that little files show them pass. */
export const historyWorld: fixtures.FixtureRegistry = makeRegistry('histories', {
  delays: { ...DEFAULT_DELAYS, curingSec: 120, noticeSec: 120, policySec: 120, quoteSec: 120, reversalSec: 360, transferSec: 120 },
});

/** HistoryMaker plays a registry seal by seal and writes down a history. */
export class HistoryMaker {
  readonly log = new FixtureLog(historyWorld);

  /** seal closes a period in which everything must be taken. */
  seal(...assertions: readonly ParsedAssertion[]): this {
    const [refused] = this.log.seal(assertions).refused;
    if (refused !== undefined) throw new Error(`a history that should be valid is refused: ${refused.code} ${refused.detail}`);
    return this;
  }

  /** idle closes empty periods. */
  idle(count = 1): this {
    for (let i = 0; i < count; i++) this.seal();
    return this;
  }

  record(name: string, tenure: number | null = null): RecordEntry {
    const found = readRecord(this.log.state, name, tenure);
    if (found === null) throw new Error(`${name} is not in the history`);
    return found.entry;
  }

  /** valid is the history so far, name log and all. */
  valid(about: string): History {
    return { about, fault: null, format: HISTORY_FORMAT, seals: this.#seals(true) };
  }

  /** invalid is the history so far, then a period of these assertions, the last of which must be refused. */
  invalid(about: string, code: string, ...assertions: readonly ParsedAssertion[]): History {
    const bad = { names: null, proofs: assertions.map(({ envelope }) => envelope), timeSec: (this.log.last?.timeSec ?? 0) + 60 };
    return this.#faulty(about, [...this.#seals(false), bad], { code, index: this.log.proofs.length + assertions.length - 1, log: 'proofs' });
  }

  /** forged is the history so far with its last period's name-log entries changed; the first that differs is the fault, unless the seal's time is. */
  forged(about: string, change: (entries: NameLogEntry[]) => NameLogEntry[], code = 'replay-mismatch'): History {
    const seals = this.#seals(false);
    const last = this.log.seals.at(-1);
    if (last === undefined) throw new Error('nothing is sealed yet');
    const honest = last.names.entries.map(parseEntry);
    const names = change(structuredClone(honest));
    const differs = names.findIndex((entry, i) => honest[i] === undefined || text(encodeEntry(entry)) !== text(last.names.entries[i] as Uint8Array));
    const seal = names.at(-1);
    const timeSec = seal?.type === 'seal' ? seal.timeSec : last.seal.timeSec;
    const bad: HistorySeal = { names, proofs: seals.at(-1)?.proofs ?? [], timeSec };
    return this.#faulty(about, [...seals.slice(0, -1), bad], { code, index: last.names.first + (differs < 0 ? names.length : differs), log: 'names' });
  }

  #faulty(about: string, seals: HistorySeal[], fault: Fault): History {
    return { about, fault, format: HISTORY_FORMAT, seals };
  }

  #seals(hasNames: boolean): HistorySeal[] {
    return this.log.seals.map(({ names, proofs, seal }) => ({
      names: hasNames ? names.entries.map(parseEntry) : null,
      proofs: proofs.entries.map((bytes) => JSON.parse(text(bytes)) as HistorySeal['proofs'][number]),
      timeSec: seal.timeSec,
    }));
  }
}

/** historyText is a history as its file has it: canonical JSON, one line a seal, so that a change can be seen. */
export function historyText(history: History): string {
  const json = (value: object | null): string => text(encodeJson(value as Json));
  const seals = history.seals.map(json).join(',\n');
  return `{"about":${JSON.stringify(history.about)},"fault":${json(history.fault)},"format":"${history.format}","seals":[\n${seals}\n]}\n`;
}
