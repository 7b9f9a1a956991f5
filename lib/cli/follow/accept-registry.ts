import { Refusal } from '../../core/refusal';
import { cutToCommon } from '../../copy/cut-back';
import { Follower } from '../../copy/follow';
import type { LogSource } from '../../copy/log-source';
import { PIN_FILE, type Pin, encodePin } from '../../copy/pin';
import type { Io } from '../command';
import { openRepaired } from './open-copy';

/**
 * acceptRegistry moves a copy to a registry that goes on from the one it is pinned to, as its owner asked: the new log must
 * begin with the copy's and hold a genesis that continues the old registry there. If it goes on from an older copy than this
 * one, the seals that only this copy has are given up.
 * @throws Refusal of following; then copy and pin are as they were.
 */
export async function acceptRegistry(dir: string, pin: Pin, registry: string, source: LogSource, io: Io): Promise<void> {
  try {
    await moveTo(dir, pin, registry, source, io);
  } catch (error) {
    if (!(error instanceof Refusal) || (error.code !== 'forked-log' && error.code !== 'rolled-back')) throw error;
    const given = await cutToCommon(dir, source);
    if (given === null || given === 0) throw error;
    io.err(`the new registry goes on from an older copy than this one: ${given} seals that only this copy has are given up`);
    await moveTo(dir, pin, registry, source, io);
  }
}

async function moveTo(dir: string, pin: Pin, registry: string, source: LogSource, io: Io): Promise<void> {
  const writer = await openRepaired(dir, io);
  const follower = new Follower({ clock: () => io.clock(), registry, source, stop: io.stop, writer });
  try {
    await follower.step();
    await writer.replace(PIN_FILE, encodePin({ before: [...pin.before, pin.registry], registry, sinceSec: io.clock(), url: source.url }));
    io.err(`the registry ${registry} continues ${pin.registry}: from now on this copy follows the new one`);
  } finally {
    await follower.close();
    await writer.close();
  }
}
