import { toBase64 } from '../bytes/base64';
import { equalBytes } from '../bytes/bytes';
import { Refusal, type RefusalCode } from '../refusal';

/** CheckFact is one value that a check looked at: `hash` and `bytes` in standard base64, `time` in seconds since 1970, decimal. */
export interface CheckFact {
  label: string;
  value: string;
  kind: 'hash' | 'number' | 'time' | 'text' | 'bytes';
}

/** CheckStep is one step of a verification, with a title in plain words and what it rests on. A failed one shows the two values that differ. */
export interface CheckStep {
  code: string;
  title: string;
  state: 'ok' | 'failed' | 'skipped';
  facts: CheckFact[];
  problem: { code: RefusalCode; detail: string } | null;
}

/** Facts collects what a running step looks at. */
export class Facts {
  readonly list: CheckFact[] = [];

  hash(label: string, value: Uint8Array | string): void {
    this.list.push({ kind: 'hash', label, value: typeof value === 'string' ? value : toBase64(value) });
  }

  number(label: string, value: number): void {
    this.list.push({ kind: 'number', label, value: String(value) });
  }

  time(label: string, timeSec: number): void {
    this.list.push({ kind: 'time', label, value: String(timeSec) });
  }

  text(label: string, value: string): void {
    this.list.push({ kind: 'text', label, value });
  }

  /** same asks for two equal values and shows both if they differ. @throws Refusal with `code` and `detail`. */
  same(expected: string | number, found: string | number, code: RefusalCode, detail: string): void {
    if (expected === found) return;
    this.text('Expected', String(expected));
    this.text('Found', String(found));
    throw new Refusal(code, detail);
  }

  /** sameHash is `same` for 32-byte hashes. */
  sameHash(expected: Uint8Array, found: Uint8Array, code: RefusalCode, detail: string): void {
    if (equalBytes(expected, found)) return;
    this.hash('Expected', expected);
    this.hash('Found', found);
    throw new Refusal(code, detail);
  }
}

/** Stopped ends a verification after a failed step. It never leaves this module's `CheckRun`. */
class Stopped extends Error {}

/**
 * CheckRun runs the steps of a verification in order. The first one that fails is recorded with its reason; those after it
 * that were announced are recorded as skipped. Anything but a Refusal is a bug and goes through.
 */
export class CheckRun {
  readonly steps: CheckStep[] = [];
  #waiting: { code: string; title: string }[];

  /** `plan` announces every step, in order. */
  constructor(plan: readonly { code: string; title: string }[]) {
    this.#waiting = [...plan];
  }

  /** step runs one check and records it; `title` replaces the announced one. @throws Stopped, caught by `all`. */
  step<Value>(code: string, check: (facts: Facts) => Value, title?: string): Value {
    const facts = new Facts();
    const announced = this.#take(code);
    const record = (state: CheckStep['state'], problem: CheckStep['problem']): void => {
      this.steps.push({ code, facts: facts.list, problem, state, title: title ?? announced });
    };
    try {
      const value = check(facts);
      record('ok', null);
      return value;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      record('failed', { code: error.code, detail: error.detail });
      throw new Stopped();
    }
  }

  /** skip records a step that has nothing to check here, and says why in a fact. */
  skip(code: string, why: string): void {
    this.steps.push({ code, facts: [{ kind: 'text', label: 'Why', value: why }], problem: null, state: 'skipped', title: this.#take(code) });
  }

  /** all runs `work`, which calls `step`; null if a step failed. */
  all<Value>(work: () => Value): Value | null {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      for (const { code, title } of this.#waiting) this.steps.push({ code, facts: [], problem: null, state: 'skipped', title });
      this.#waiting = [];
      return null;
    }
  }

  #take(code: string): string {
    const at = this.#waiting.findIndex((one) => one.code === code);
    const [taken] = at < 0 ? [] : this.#waiting.splice(at, 1);
    return taken?.title ?? code;
  }
}
