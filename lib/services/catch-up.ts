import type { LogName } from '../storage/log-store';
import type { AppContext } from './app-context';
import { followSeals } from './follow-seals';

/**
 * catchUp takes in what is sealed if the asker has seen a checkpoint (`fromSize`) beyond what this process knows: it was another
 * process's, and an older one would look like a log that was cut short. Throws ServiceRefusal `overloaded`.
 */
export async function catchUp(ctx: AppContext, log: LogName, fromSize: number | null): Promise<void> {
  if (fromSize === null || fromSize <= ctx.registry.head[log].size) return;
  await ctx.core.acceptor.inTurn(async () => {
    // Others who waited with this one may have been here first.
    if (fromSize > ctx.registry.head[log].size) await followSeals(ctx.core);
  });
}
