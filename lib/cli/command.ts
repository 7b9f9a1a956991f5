import type { ParseArgsConfig } from 'node:util';

/** Io is all of the world that a command sees, so that tests can stand in for it. */
export interface Io {
  /** out prints one line of the answer; it goes to standard output. */
  readonly out: (line: string) => void;
  /** err prints one line about the work: progress, warnings, refusals; it goes to standard error. */
  readonly err: (line: string) => void;
  /** redraw shows a line that the next one replaces; only where `isTty`. */
  readonly redraw: (line: string) => void;
  /** ask asks the person at the terminal; `hidden` shows nothing of the answer. Null where nobody can answer. */
  readonly ask: (question: string, hidden: boolean) => Promise<string | null>;
  /** Whether a person watches standard error. */
  readonly isTty: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** clock is the time in seconds since 1970. */
  readonly clock: () => number;
  readonly random: (count: number) => Uint8Array;
  readonly fetch: typeof fetch;
  /** Aborted by SIGINT and SIGTERM: finish what you do and return. */
  readonly stop: AbortSignal;
}

export type OptionValues = Record<string, string | boolean | (string | boolean)[] | undefined>;

export interface CommandArgs {
  readonly values: OptionValues;
  readonly positionals: readonly string[];
}

/** Command is one word after `mns`. */
export interface Command {
  readonly name: string;
  /** One line for `mns --help`. */
  readonly summary: string;
  /** What `mns <name> --help` prints. */
  readonly usage: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** run gives the exit code: 0 all right, 1 refused or a check failed, 2 wrong usage. A Refusal it throws is printed as one line. */
  run(args: CommandArgs, io: Io): Promise<number>;
}

/** UsageError is a wrong option or argument; it ends the command with exit code 2 and its message. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** CommandError is a reason of this machine, not of a log, why a command cannot go on: a folder that is no copy, a port in use. Exit code 1. */
export class CommandError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CommandError';
  }
}

/** textOption reads an option that takes one value. */
export function textOption(args: CommandArgs, name: string): string | null {
  const value = args.values[name];
  return typeof value === 'string' ? value : null;
}

/** neededOption reads an option without which a command cannot run. @throws UsageError. */
export function neededOption(args: CommandArgs, name: string): string {
  return textOption(args, name) ?? fail(`--${name} is missing`);
}

/** textsOption reads an option that may be given several times. */
export function textsOption(args: CommandArgs, name: string): string[] {
  const value = args.values[name];
  const values = Array.isArray(value) ? value : [value];
  return values.filter((one): one is string => typeof one === 'string');
}

/** flagOption reads an option without a value. */
export function flagOption(args: CommandArgs, name: string): boolean {
  return args.values[name] === true;
}

/** numberOption reads a whole number of at least `min`. @throws UsageError. */
export function numberOption(args: CommandArgs, name: string, fallback: number, min = 0): number {
  const text = textOption(args, name);
  if (text === null) return fallback;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
  return value >= min ? value : fail(`--${name} must be a whole number of at least ${min}`);
}

/** onePositional reads the only argument of a command. @throws UsageError. */
export function onePositional(args: CommandArgs, what: string): string {
  const [first, ...more] = args.positionals;
  if (first === undefined) return fail(`${what} is missing`);
  return more.length === 0 ? first : fail(`only one ${what} is taken`);
}

function fail(message: string): never {
  throw new UsageError(message);
}
