import type { CopyWriter } from '../../copy/copy-writer';
import type { LogSource } from '../../copy/log-source';
import { startFromSnapshot } from '../../copy/start-from-snapshot';
import { refuseCli } from '../cli-refusal';
import type { Io } from '../command';
import { readTokenPolicy } from '../policy/provider-policy';
import { durationText } from './progress-line';

/** beginAtSnapshot begins an empty copy at the registry's newest snapshot and says whose word that takes. @throws CliRefusal `bad-option` without a token policy. */
export async function beginAtSnapshot({ registry, source, writer }: { readonly registry: string; readonly source: LogSource; readonly writer: CopyWriter }, io: Io): Promise<void> {
  const policy = readTokenPolicy(writer.dir);
  if (policy === null) return refuseCli('bad-option', `--snapshot takes the word of validators for the past, and this provider trusts none yet: mns policy add KEY --data ${writer.dir}`);
  const { head, tokens } = await startFromSnapshot({
    clock: () => io.clock(),
    onProgress: (done, total) => io.redraw(`snapshot: ${Math.floor((done / total) * 100)} % of ${total.toLocaleString('en')} entries`),
    policy,
    registry,
    source,
    writer,
  });
  io.err(`began at seal ${head.seal}, ${durationText(Math.max(0, io.clock() - head.timeSec))} old, with ${head.map.size.toLocaleString('en')} entries of state`);
  io.err(`checked here: the registry's policies from its genesis, its signature, and that this state is the one its seal commits to`);
  io.err(`trusted: that all ${head.names.size.toLocaleString('en')} entries before it were right, on the word of ${tokens.names.join(', ')} (${policy.threshold} of ${policy.validators.length} asked for). A copy from the beginning trusts nobody.`);
}
