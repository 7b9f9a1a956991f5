import { type ParseArgsConfig, parseArgs } from 'node:util';
import { CopyRefusal } from '../copy/copy-refusal';
import { Refusal } from '../core/refusal';
import { type Command, type CommandArgs, CommandError, type Io, UsageError } from './command';
import { COMMANDS, type ListedCommand } from './commands';

/** EXIT are the exit codes of `mns`. */
export const EXIT = { failed: 1, ok: 0, usage: 2 } as const;

/**
 * run does one command and gives its exit code. Whatever is expected to go wrong is one line on standard error; only a
 * bug shows a trace.
 */
export async function run(argv: readonly string[], io: Io, commands: readonly ListedCommand[] = COMMANDS): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    for (const line of overview(commands)) io.out(line);
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  const listed = commands.find((one) => one.name === name);
  if (listed === undefined) {
    io.err(`mns: there is no command ${name}; mns --help lists them`);
    return EXIT.usage;
  }
  const { command } = await listed.load();
  return runCommand(command, rest, io);
}

async function runCommand(command: Command, argv: readonly string[], io: Io): Promise<number> {
  try {
    const args = readArgs(command, argv);
    if (args === null) {
      io.out(command.usage);
      return EXIT.ok;
    }
    return await command.run(args, io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.err(`mns: ${error.message}`);
      io.err(`usage: ${command.usage.split('\n')[0] ?? ''}`);
      return EXIT.usage;
    }
    if (error instanceof Refusal || error instanceof CopyRefusal) io.err(`mns: ${error.code}: ${error.detail}`);
    else if (error instanceof CommandError || isSystemError(error)) io.err(`mns: ${error.message}`);
    else throw error;
    return EXIT.failed;
  }
}

/** readArgs reads options and arguments; null means that help was asked for. @throws UsageError. */
function readArgs(command: Command, argv: readonly string[]): CommandArgs | null {
  const options: ParseArgsConfig['options'] = { ...command.options, help: { short: 'h', type: 'boolean' } };
  try {
    const { positionals, values } = parseArgs({ allowPositionals: true, args: [...argv], options, strict: true });
    return values['help'] === true ? null : { positionals, values };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'wrong options');
  }
}

/** isSystemError tells what the operating system refuses (no such file, no space, port in use) from a bug. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

function overview(commands: readonly ListedCommand[]): string[] {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'mns: the Mesh name service on your own machine',
    '',
    ...commands.map(({ name, summary }) => `  mns ${name.padEnd(width)}  ${summary}`),
    '',
    'mns COMMAND --help tells more.',
  ];
}
