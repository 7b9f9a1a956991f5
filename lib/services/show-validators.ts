import type { ValidatorsInfo } from '../client/wire';
import { parseVkey } from '../core/note/vkey';
import { lastTokens, newestWithTokens } from '../storage/validator-store';
import { sealByNumber } from '../storage/log-store';
import type { AppContext } from './app-context';
import { cosignedNote } from './cosigned-note';
import { refuseService } from './service-refusal';
import { activeValidators, everyValidator, quorumOf, SILENT_SEALS } from './validators';

/** showValidators lists the validators that take part, with their last tokens, and those that have left. */
export async function showValidators(ctx: AppContext): Promise<ValidatorsInfo> {
  const { head } = ctx.registry;
  const all = await everyValidator(ctx);
  const tokens = await lastTokens(ctx.db, all.map(({ vkey }) => vkey));
  const last = new Map(tokens.map((token) => [token.vkey, token]));
  const validators = all.map(({ holds, status, udf, vkey }) => {
    const token = last.get(vkey);
    return { holds, lagSeals: token === undefined ? null : Math.max(0, head.number - token.seal), name: parseVkey(vkey).name, status, tokenSeal: token?.seal ?? null, tokenSec: token?.timeSec ?? null, udf, vkey };
  });
  const active = await activeValidators(ctx, tokens);
  return {
    cosignedSeal: await newestCosignedSeal(ctx, active),
    nowSec: ctx.clock(),
    quorum: active.length === 0 ? null : quorumOf(active.length),
    seal: head.number,
    validators: validators.toSorted((a, b) => Number(a.status === 'retired') - Number(b.status === 'retired') || (a.name < b.name ? -1 : 1)),
  };
}

/** newestCosignedSeal is the newest seal with tokens of more than half of the active validators, or null. */
function newestCosignedSeal(ctx: AppContext, active: readonly string[]): Promise<number | null> {
  if (active.length === 0) return Promise.resolve(null);
  return newestWithTokens(ctx.db, active, quorumOf(active.length), Math.max(0, ctx.registry.head.number - SILENT_SEALS));
}

/**
 * showCosigned gives the newest name-log checkpoint with a quorum of tokens, with all its lines. It is where a light client may start;
 * whose tokens count is for that client's own policy to say. Throws ServiceRefusal `not-cosigned` if there is none, or nobody takes part.
 */
export async function showCosigned(ctx: AppContext): Promise<string> {
  const active = await activeValidators(ctx);
  const number = await newestCosignedSeal(ctx, active);
  const seal = number === null ? null : await sealByNumber(ctx.db, number);
  if (seal !== null) return cosignedNote(ctx, { note: seal.names.note, number: seal.number });
  return refuseService('not-cosigned', active.length === 0 ? 'No validator takes part here at present, so no checkpoint has a quorum of tokens.' : `No checkpoint of the newest ${SILENT_SEALS} has tokens of more than half of the ${active.length} validators that take part.`);
}
