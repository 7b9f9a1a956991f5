import { existsSync } from 'node:fs';
import { CopyReader } from '../../copy/copy-reader';
import { CopyRefusal } from '../../copy/copy-refusal';
import { folderSource } from '../../copy/folder-source';
import { fsckSource } from '../../copy/fsck-source';
import { httpSource } from '../../copy/http-source';
import type { LogSource } from '../../copy/log-source';
import { readPin } from '../../copy/pin';
import { findDamage } from '../../copy/repair';
import { ReplayWorkers } from '../../native/replay-workers';
import { type Command, type Io, onePositional, textOption } from '../command';
import { registryId } from '../follow/pin-registry';
import { ProgressLine } from '../follow/progress-line';

/** command is `mns fsck`. */
export const command: Command = {
  name: 'fsck',
  options: { registry: { type: 'string' } },
  summary: 'rebuild everything from a registry’s logs, or a copy’s, and compare',
  usage: `mns fsck URL|DIR [--registry ID]

Reads every entry of both logs, checks every signature, makes every record, map root, seal, tile and root hash again
and compares them with what is served at URL or stored in DIR. Nothing is changed or trusted. Each difference is a
line \`<where> <code>: <detail>\`; the exit code is 1 if there is any.`,
  async run(args, io) {
    const target = onePositional(args, 'URL|DIR');
    const asked = textOption(args, 'registry');
    const registry = asked === null ? null : registryId(asked);
    return existsSync(target) ? fsckFolder(target, registry, io) : fsck(httpSource(target, { fetch: io.fetch, stop: io.stop }), registry, io);
  },
};

async function fsckFolder(dir: string, registry: string | null, io: Io): Promise<number> {
  const reader = CopyReader.open(dir);
  try {
    const found = findDamage(dir);
    for (const what of found) io.out(`damaged: ${what}`);
    if (found.length > 0) {
      io.out(`${found.length} damaged; the next mns follow repairs it`);
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
