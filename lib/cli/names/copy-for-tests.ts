import { toBase64 } from '../../core/bytes/base64';
import type { FixtureLog } from '../../core/registry/fixture-log';
import { CopyWriter } from '../../copy/copy-writer';
import { LOGS } from '../../copy/layout';

/** extendCopy writes what a fixture registry has sealed since into a copy, as a follower would after its checks. */
export async function extendCopy(dir: string, log: FixtureLog): Promise<void> {
  const writer = await CopyWriter.open(dir);
  try {
    for (const one of LOGS) {
      const { size } = writer.edges[one];
      writer.append(one, log[one].slice(size), log.leaves[one].slice(size));
    }
    const sealed = log.seals.at(-1);
    if (sealed === undefined || log.last === null) throw new Error('nothing is sealed');
    const { names, proofs } = sealed.heads;
    const notes = log.notes(sealed);
    const { number, timeSec } = log.last;
    await writer.commit({
      registry: log.world.registry,
      origin: log.world.origin,
      url: 'http://registry.example',
      seal: number,
      timeSec,
      names: { size: names.size, root: toBase64(names.root), note: notes.names },
      proofs: { size: proofs.size, root: toBase64(proofs.root), note: notes.proofs },
      map: { size: log.map.size, root: toBase64(log.map.root()) },
      checked: 'followed',
      from: null,
      updatedSec: timeSec,
    });
  } finally {
    await writer.close();
  }
}
