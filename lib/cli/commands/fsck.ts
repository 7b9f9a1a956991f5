import { existsSync } from 'node:fs';
import { CopyReader } from '../../copy/copy-reader';
import { CopyRefusal } from '../../copy/copy-refusal';
import { folderSource } from '../../copy/folder-source';
import { fsckSource } from '../../copy/fsck-source';
import { httpSource } from '../../copy/http-source';
import type { LogSource } from '../../copy/log-source';
import { readPin } from '../../copy/pin';
import { findDamage, repairCopy } from '../../copy/repair';
import { ReplayWorkers } from '../../native/replay-workers';
import { type Command, type Io, flagOption, onePositional, textOption } from '../command';
import { registryId } from '../follow/pin-registry';
import { ProgressLine } from '../follow/progress-line';

/** command is `mns fsck`. */
export const command: Command = {
  name: 'fsck',
  options: { registry: { type: 'string' }, repair: { type: 'boolean' } },
  summary: 'rebuild everything from a registry’s logs, or a copy’s, and compare',
  usage: `mns fsck URL|DIR [--registry ID] [--repair]

Reads every entry of both logs, checks every signature, makes every record, map root, seal, tile and root hash again
and compares them with what is served at URL or stored in DIR. Nothing is changed or trusted. Each difference is a
line \`<where> <code>: <detail>\`; the exit code is 1 if there is any.

  --repair   cut a damaged copy back to the last seal before the damage; mns follow then fetches the rest again`,
  async run(args, io) {
    const target = onePositional(args, 'URL|DIR');
    const asked = textOption(args, 'registry');
    const registry = asked === null ? null : registryId(asked);
    if (flagOption(args, 'repair')) return repair(target, io);
    return existsSync(target) ? fsckFolder(target, registry, io) : fsck(httpSource(target, { fetch: io.fetch, stop: io.stop }), registry, io);
  },
};

async function fsckFolder(dir: string, registry: string | null, io: Io): Promise<number> {
  const reader = CopyReader.open(dir);
  try {
    const found = findDamage(dir);
    for (const what of found) io.out(`damaged: ${what}`);
    if (found.length > 0) {
      io.out(`stop what follows into ${dir}, then: mns fsck ${dir} --repair, and mns follow fetches the rest again`);
      return 1;
    }
    const head = reader.needHead();
    if (head.from !== null) {
      io.out(`every stored entry and tile is as it was copied; the records before seal ${head.from.seal} came as a snapshot and can’t be made again from here`);
      return 0;
    }
    return await fsck(folderSource(reader), registry ?? readPin(dir)?.registry ?? null, io);
  } finally {
    reader.close();
  }
}

async function repair(dir: string, io: Io): Promise<number> {
  const { found, lost, seal } = await repairCopy(dir);
  for (const what of found) io.out(`damaged: ${what}`);
  if (found.length === 0) io.out('nothing is damaged');
  else io.out(seal === null ? 'the copy must be made again: mns follow' : `the copy is as it was at seal ${seal}; mns follow fetches ${lost.toLocaleString('en')} entries again`);
  return 0;
}

async function fsck(source: LogSource, registry: string | null, io: Io): Promise<number> {
  const workers = new ReplayWorkers();
  const line = new ProgressLine(io);
  try {
    const { findings, seals, sizes } = await fsckSource({ check: (entries, first) => workers.check(entries, first), onProgress: (progress) => line.show(progress), registry, source });
    for (const { code, detail, where } of findings) io.out(`${where} ${code}: ${detail}`);
    io.out(`${findings.length === 0 ? 'all is as it must be' : `${findings.length} findings`}: ${seals.toLocaleString('en')} seals, ${sizes.names.toLocaleString('en')} names entries, ${sizes.proofs.toLocaleString('en')} proofs entries`);
    return findings.length === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof CopyRefusal) || error.code !== 'damaged-copy') throw error;
    io.out(`damaged: ${error.detail}`);
    return 1;
  } finally {
    await workers.close();
  }
}
