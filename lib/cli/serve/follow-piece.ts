import type { CopyHead } from '../../copy/copy-head';
import { type Io, textOption } from '../command';
import { type FollowRun, runFollow } from '../follow/follow-run';
import type { Piece, PieceMaker, ServeParts } from './piece';

/** followPiece keeps the copy that is served up to date, in the same process: `--follow URL`. */
export const followPiece: PieceMaker = {
  make: (parts) => Promise.resolve(makeFollow(parts)),
  name: 'follow',
  options: { follow: { type: 'string' }, registry: { type: 'string' } },
  usage: [
    '--follow URL          keep the copy up to date from a registry or a mirror, in this process',
    '--registry ID         the registry’s id, for a copy that is not pinned yet',
  ],
};

function makeFollow({ args, dir, io }: ServeParts): Piece | null {
  const url = textOption(args, 'follow');
  if (url === null) return null;
  return runInBackground({ dir, once: false, registry: textOption(args, 'registry'), url }, io);
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
