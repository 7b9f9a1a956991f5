import { sealByNamesSize, type LogName } from '../storage/log-store';
import type { AppContext } from './app-context';
import { refuseService } from './service-refusal';

/** showCheckpoint gives the newest signed checkpoint of a log. */
export function showCheckpoint(ctx: AppContext, log: LogName): string {
  return ctx.registry.head.notes[log];
}

/** showCheckpointAt gives the name log's signed checkpoint of a sealed size. Throws ServiceRefusal `not-found`. */
export async function showCheckpointAt(ctx: AppContext, size: number): Promise<string> {
  const { head } = ctx.registry;
  if (size === head.names.size) return head.notes.names;
  const seal = size < head.names.size ? await sealByNamesSize(ctx.db, size) : null;
  return seal === null ? refuseService('not-found', 'No seal ends at this size.') : seal.names.note;
}
