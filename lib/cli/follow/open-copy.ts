import { CopyRefusal } from '../../copy/copy-refusal';
import { CopyWriter } from '../../copy/copy-writer';
import { repairCopy } from '../../copy/repair';
import type { Io } from '../command';

/** openRepaired opens a copy for writing; a damaged one (as is known, or seen now) is cut back first, so that the rest is fetched again. */
export async function openRepaired(dir: string, io: Io, isDamaged = false): Promise<CopyWriter> {
  if (!isDamaged) {
    try {
      return await CopyWriter.open(dir);
    } catch (error) {
      if (!(error instanceof CopyRefusal) || error.code !== 'damaged-copy') throw error;
      io.err(`the copy is damaged: ${error.detail}`);
    }
  }
  const { found, lost, seal } = await repairCopy(dir);
  for (const what of found) io.err(`damaged: ${what}`);
  io.err(seal === null ? 'the copy is made again from the beginning' : `the copy goes back to seal ${seal}; ${lost.toLocaleString('en')} entries are fetched again`);
  return CopyWriter.open(dir);
}
