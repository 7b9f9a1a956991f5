import { Refusal, type RefusalCode } from '../lib/core/refusal';

/** refusalCode is the code of the Refusal that `run` throws, for tests. Any other outcome, an answer or another error, is thrown on. */
export function refusalCode(run: () => unknown): RefusalCode {
  try {
    run();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** onlyRefuses runs a parser on any input and throws on all that is not a Refusal. */
export function onlyRefuses(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}
