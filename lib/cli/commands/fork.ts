import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CopyReader } from '../../copy/copy-reader';
import { folderSource } from '../../copy/folder-source';
import { fsckSource } from '../../copy/fsck-source';
import { syncFolder } from '../../copy/disk';
import { ReplayWorkers } from '../../native/replay-workers';
import { type Command, type CommandArgs, CommandError, type Io, UsageError, neededOption, numberOption } from '../command';
import { headText } from '../follow/follow-run';
import { ProgressLine, durationText } from '../follow/progress-line';
import { writeFileSafely } from '../keys/write-file';

/** command is `mns fork`. */
export const command: Command = {
  name: 'fork',
  options: { data: { type: 'string' }, origin: { type: 'string' }, out: { type: 'string' }, period: { type: 'string' } },
  summary: 'prepare a new registry that continues the history in a copy, after the old one is gone',
  usage: `mns fork --data DIR --out NEWDIR --origin HOST [--period SECONDS]

Checks the whole copy in DIR, copies it to NEWDIR/copy and writes NEWDIR/registry.env: with it the registry's own
program (npm start) takes over the history and goes on under keys, an origin and a registry id of its own, which it
makes then. Its first new seal says which registry it continues, and where. Whoever followed the old registry keeps
refusing it until they accept the new id: mns follow URL --data DIR --registry NEW.

  --origin HOST      the new registry's host, which stands in the names of its logs: not the old one's
  --period SECONDS   from seal to seal (default 60)`,
  run: fork,
};

const READABLE = 0o644;
const FILES = ['head.json', 'policies.json', 'registry.json', 'names', 'proofs'];

async function fork(args: CommandArgs, io: Io): Promise<number> {
  const dir = neededOption(args, 'data');
  const out = resolve(neededOption(args, 'out'));
  const origin = neededOption(args, 'origin');
  const periodSec = numberOption(args, 'period', 60, 1);
  if (!/^[a-z0-9.:[\]-]{1,200}$/.test(origin)) throw new UsageError('--origin is a host in lower case, with a port if it is not 443');
  if (existsSync(out) && readdirSync(out).length > 0) throw new CommandError(`${out} is not empty`);
  const reader = CopyReader.open(dir);
  try {
    const head = reader.needHead();
    if (head.from !== null) throw new CommandError('this copy began at a snapshot: a registry can only go on from a copy of the whole history');
    if (head.origin === origin) throw new UsageError(`--origin must differ from the old registry’s, ${head.origin}: nobody could tell the two apart`);
    io.out(`${head.registry}, ${headText(head)}; ${durationText(Math.max(0, io.clock() - head.timeSec))} old`);
    if (!(await isGood(reader, io))) return 1;
    mkdirSync(join(out, 'copy'), { recursive: true });
    for (const file of FILES) if (existsSync(join(dir, file))) cpSync(join(dir, file), join(out, 'copy', file), { recursive: true });
    await syncFolder(join(out, 'copy'));
    const settings = { MNS_DATA_DIR: join(out, 'registry'), MNS_FORK_FROM: join(out, 'copy'), MNS_ORIGIN: origin, MNS_PERIOD_SEC: String(periodSec) };
    writeFileSafely(join(out, 'registry.env'), Buffer.from(Object.entries(settings).map(([name, value]) => `${name}=${value}\n`).join('')), READABLE);
  } finally {
    reader.close();
  }
  io.out(`ready: start the registry with   set -a; . ${join(out, 'registry.env')}; set +a; npm start`);
  return 0;
}

/** What a registry vouches for from now on is replayed first, entry by entry. */
async function isGood(reader: CopyReader, io: Io): Promise<boolean> {
  const workers = new ReplayWorkers();
  const line = new ProgressLine(io);
  try {
    const { findings } = await fsckSource({ check: (entries, first) => workers.check(entries, first), onProgress: (progress) => line.show(progress), registry: reader.needHead().registry, source: folderSource(reader) });
    for (const { code, detail, where } of findings) io.out(`${where} ${code}: ${detail}`);
    if (findings.length > 0) io.out('nothing can go on from this copy');
    return findings.length === 0;
  } finally {
    await workers.close();
  }
}
