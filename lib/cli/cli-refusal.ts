import { CommandError } from './command';

/**
 * CliRefusalCode is the closed list of what a command refuses beside the core's own codes. Each is stable: scripts may
 * look at the word before the second colon.
 */
export type CliRefusalCode =
  // the command line and files
  | 'bad-option'
  | 'no-file'
  | 'file-exists'
  | 'bad-file'
  | 'not-found'
  | 'in-use'
  // key files
  | 'bad-key-file'
  | 'key-file-edited'
  | 'wrong-passphrase'
  | 'no-passphrase'
  | 'bad-words'
  | 'other-identity'
  | 'other-registry'
  // messages
  | 'bad-recipient-key'
  | 'not-for-us'
  | 'not-reachable'
  // other machines
  | 'unreachable'
  | 'bad-answer'
  | 'refused-there'
  | 'timed-out';

/** CliRefusal is an expected "no" of a command; it ends the command as one line `mns: <code>: <detail>`. `detail` holds no secret. */
export class CliRefusal extends CommandError {
  readonly code: CliRefusalCode;
  readonly detail: string;

  constructor(code: CliRefusalCode, detail: string) {
    super(`${code}: ${detail}`);
    this.name = 'CliRefusal';
    this.code = code;
    this.detail = detail;
  }
}

/** refuseCli throws a CliRefusal; a function so that it can stand in an expression. */
export function refuseCli(code: CliRefusalCode, detail: string): never {
  throw new CliRefusal(code, detail);
}
