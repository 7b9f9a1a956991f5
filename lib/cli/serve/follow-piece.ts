import type { CopyHead } from '../../copy/copy-head';
import { flagOption, type Io, textOption, UsageError } from '../command';
import { type FollowRun, runFollow } from '../follow/follow-run';
import { startValidation } from '../validate/validation';
import type { Piece, PieceMaker, ServeParts } from './piece';

/** followPiece keeps the copy that is served up to date, in the same process: `--follow URL`. */
export const followPiece: PieceMaker = {
  make: (parts) => Promise.resolve(makeFollow(parts)),
  name: 'follow',
  options: { follow: { type: 'string' }, name: { type: 'string' }, post: { type: 'string' }, registry: { type: 'string' }, snapshot: { type: 'boolean' }, validate: { type: 'boolean' } },
  usage: [
    '--follow URL          keep the copy up to date from a registry or a mirror, in this process',
    '--registry ID         the registry’s id, for a copy that is not pinned yet',
    '--snapshot            begin an empty copy at the newest snapshot (see mns follow)',
    '--validate            replay every entry as well, and sign tokens (see mns validate; --name and --post as there)',
  ],
};

function makeFollow({ args, dir, io }: ServeParts): Piece | null {
  const url = textOption(args, 'follow');
  const isValidator = flagOption(args, 'validate');
  if (url === null) return isValidator ? fail('--validate goes with --follow URL') : null;
  const run = { dir, once: false, registry: textOption(args, 'registry'), snapshot: flagOption(args, 'snapshot'), url };
  if (!isValidator) return runInBackground(run, io);
  const validation = startValidation({ dir, name: textOption(args, 'name'), postTo: textOption(args, 'post'), url }, io);
  const piece = runInBackground({ ...run, ...validation.run }, io);
  return {
    ...piece,
    async close() {
      await piece.close?.();
      await validation.finish();
    },
    lines: [`validating ${url} as ${validation.key.vkey.name}`],
  };
}

function fail(message: string): never {
  throw new UsageError(message);
}

/** runInBackground follows beside what else the process does. If following can't go on at all, that is told and the rest goes on. */
export function runInBackground(run: FollowRun, io: Io): Piece {
  const stop = new AbortController();
  let head: CopyHead | null = null;
  let trouble: string | null = null;
  const quiet: Io = { ...io, err: (line) => io.err(`follow: ${line}`), isTty: false, out: () => undefined, redraw: () => undefined, stop: AbortSignal.any([io.stop, stop.signal]) };
  const running = runFollow(
    {
      ...run,
      onHead: (next, follower) => {
        head = next;
        run.onHead?.(next, follower);
      },
    },
    quiet,
  ).catch((error: unknown) => {
    trouble = error instanceof Error ? error.message : String(error);
    io.err(`follow: stopped: ${trouble}`);
  });
  return {
    async close() {
      stop.abort();
      await running;
    },
    health: () => ({ seal: head?.seal ?? null, trouble, url: run.url }),
    lines: [`following ${run.url}`],
  };
}
