import { sealByNamesSize, type LogName } from '../storage/log-store';
import type { AppContext } from './app-context';
import { cosignedNote, OPEN_SEALS, withLines } from './cosigned-note';
import { refuseService } from './service-refusal';

/** showCheckpoint gives the newest signed checkpoint of a log; the name log's with the lines that have come for it so far. */
export function showCheckpoint(ctx: AppContext, log: LogName): string {
  const { head, headLines } = ctx.registry;
  return log === 'names' ? withLines(head.notes.names, headLines) : head.notes.proofs;
}

/** showCheckpointAt gives the name log's checkpoint of a sealed size with all its lines; `final` says that no more can come. Throws ServiceRefusal `not-found`. */
export async function showCheckpointAt(ctx: AppContext, size: number): Promise<{ note: string; final: boolean }> {
  const { head } = ctx.registry;
  const seal = size <= head.names.size ? await sealByNamesSize(ctx.db, size) : null;
  if (seal === null) return refuseService('not-found', 'No seal ends at this size.');
  const final = seal.number <= head.number - OPEN_SEALS;
  return { final, note: await cosignedNote(ctx, { note: seal.names.note, number: seal.number }) };
}
