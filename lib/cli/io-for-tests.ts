import { randomFillSync } from 'node:crypto';
import type { Io } from './command';

export interface TestIo extends Io {
  readonly outLines: string[];
  readonly errLines: string[];
  stopNow(): void;
}

/** testIo is an Io that keeps what is printed. Time stands still at `timeSec` unless a clock is given. */
export function testIo(given: Partial<Io> & { timeSec?: number } = {}): TestIo {
  const stop = new AbortController();
  const outLines: string[] = [];
  const errLines: string[] = [];
  return {
    ask: () => Promise.resolve(null),
    clock: () => given.timeSec ?? Math.floor(Date.now() / 1000),
    env: {},
    err: (line) => void errLines.push(line),
    errLines,
    fetch,
    isTty: false,
    out: (line) => void outLines.push(line),
    outLines,
    random: (count) => randomFillSync(new Uint8Array(count)),
    redraw: () => {},
    stop: stop.signal,
    stopNow: () => stop.abort(),
    ...given,
  };
}
