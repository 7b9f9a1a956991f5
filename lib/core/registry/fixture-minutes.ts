import { FIXTURE_TIME_SEC, type FixtureRegistry } from '../assertion/fixtures';
import type { ParsedAssertion } from '../assertion/parse';
import { verifyAssertion } from '../assertion/verify';
import { takeDue } from './due';
import { DueIndex } from './due-index';
import { EMPTY_STATE, type IdentityEntry, Overlay, type PolicyEntry, type RecordEntry, readIdentity, readPolicy, readRecord } from './state';
import { type Place, type Written, takeAssertion } from './transition';

/** FixtureMinutes runs a fixture registry through its seals without logs or map: what the tests of transitions need. */
export class FixtureMinutes {
  readonly state = new Overlay(EMPTY_STATE);
  readonly due = new DueIndex();
  place: Place = { due: this.due, nextNameIndex: 0, number: 0, proofIndex: 0, sealed: null, timeSec: FIXTURE_TIME_SEC, used: new Set() };

  constructor(world: FixtureRegistry) {
    this.take(world.genesis);
    this.seal();
  }

  /** take verifies an assertion and takes it into the seal that is open. */
  take(parsed: ParsedAssertion): Written[] {
    return takeAssertion(verifyAssertion(parsed, this.state), this.state, this.place);
  }

  /** seal closes the open seal, due effects first, and opens the next one `seconds` later; then `more` empty ones. */
  seal(seconds = 60, more = 0): Written[] {
    const effects = takeDue(this.state, this.place);
    const { number, timeSec, proofIndex, nextNameIndex } = this.place;
    this.place = { due: this.due, nextNameIndex: nextNameIndex + 1, number: number + 1, proofIndex, sealed: null, timeSec: timeSec + seconds, used: new Set() };
    return more > 0 ? [...effects, ...this.seal(seconds, more - 1)] : effects;
  }

  record(name: string, tenure: number | null = null): RecordEntry {
    return found(readRecord(this.state, name, tenure));
  }

  identity(udf: string): IdentityEntry {
    return found(readIdentity(this.state, udf));
  }

  policy(): PolicyEntry {
    return found(readPolicy(this.state));
  }
}

function found<Entry>(item: { entry: Entry } | null): Entry {
  if (item === null) throw new Error('a fixture asked for what is not there');
  return item.entry;
}
