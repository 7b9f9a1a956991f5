import { parseCheckpointBody } from '../core/checkpoint/checkpoint';
import { parseNote } from '../core/note/note';
import type { StateProof } from '../core/validation/state-proof';
import { cosignaturesOf } from '../storage/cosignature-store';
import type { AppContext } from './app-context';
import type { SealFacts } from './live-registry';
import { showCheckpointAt } from './show-checkpoint';
import { activeValidators, quorumOf } from './validators';

/** How long a reader who counts tokens waits for those on a seal just made; validators replay it in the meantime. */
const WAIT_MS = 15_000;
/** How often the database is asked whether other processes have taken tokens in. */
const ASK_MS = 500;
/** More readers than that are not kept waiting: they get what there is. */
const MAX_WAITING = 1_000;

let waiting = 0;
const arrivals = new WeakMap<SealFacts, Promise<void>>();

/**
 * withTokens makes a state proof of a seal that more than half of the active validators have checked, with their lines on its checkpoint. A
 * seal just made has no tokens for a moment: it waits for them, and answers with what there is if they do not come.
 */
export async function withTokens(ctx: AppContext, prove: () => Promise<StateProof>): Promise<StateProof> {
  if (waiting < MAX_WAITING) {
    waiting += 1;
    await arrival(ctx).finally(() => (waiting -= 1));
  }
  const proof = await prove();
  const { size } = parseCheckpointBody(parseNote(proof.checkpoint).text);
  return { ...proof, checkpoint: (await showCheckpointAt(ctx, size)).note };
}

/** arrival resolves once the newest seal has its quorum, a newer one was made, or it takes too long. Those who wait for one seal wait together. */
function arrival(ctx: AppContext): Promise<void> {
  const { head } = ctx.registry;
  let arrived = arrivals.get(head);
  if (arrived === undefined) {
    arrived = waitFor(ctx, head);
    arrivals.set(head, arrived);
    arrived.catch(() => arrivals.delete(head));
  }
  return arrived;
}

async function waitFor(ctx: AppContext, head: SealFacts): Promise<void> {
  const active = new Set(await activeValidators(ctx));
  if (active.size === 0) return;
  const untilMs = Date.now() + WAIT_MS;
  while (Date.now() < untilMs && ctx.registry.head === head) {
    const tokens = (await cosignaturesOf(ctx.db, [head.number])).filter(({ role, vkey }) => role === 'validator' && active.has(vkey));
    if (tokens.length >= quorumOf(active.size)) return;
    await lineOrTime(ctx);
  }
}

/** lineOrTime waits for the next line on the newest checkpoint that this process takes in, for a moment at most. */
function lineOrTime(ctx: AppContext): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(done, ASK_MS);
    const stop = ctx.registry.onLine(done);
  });
}
