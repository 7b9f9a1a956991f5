import { CliRefusal } from './cli-refusal';

/** codeOf is the code of the CliRefusal that `run` throws, or `none` if it throws nothing. Any other error is thrown on. */
export function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof CliRefusal) return error.code;
    throw error;
  }
  return 'none';
}
