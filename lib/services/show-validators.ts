import type { ValidatorsInfo } from '../client/wire';
import { parseVkey } from '../core/note/vkey';
import { lastTokens, newestWithTokens } from '../storage/validator-store';
import { sealByNumber } from '../storage/log-store';
import type { AppContext } from './app-context';
import { cosignedNote } from './cosigned-note';
import { refuseService } from './service-refusal';
import { enrolledValidators, everyValidator, quorumOf } from './validators';

/** How many of the newest seals are looked through for a quorum. One that lies further back is too old to start from. */
const QUORUM_SEALS = 1_440;

/** showValidators lists the validators that take part, with their last tokens, and those that have left. */
export async function showValidators(ctx: AppContext): Promise<ValidatorsInfo> {
  const { head } = ctx.registry;
  const all = await everyValidator(ctx);
  const last = new Map((await lastTokens(ctx.db, all.map(({ vkey }) => vkey))).map((token) => [token.vkey, token]));
  const validators = all.map(({ holds, status, udf, vkey }) => {
    const token = last.get(vkey);
    return { holds, lagSeals: token === undefined ? null : Math.max(0, head.number - token.seal), name: parseVkey(vkey).name, status, tokenSeal: token?.seal ?? null, tokenSec: token?.timeSec ?? null, udf, vkey };
  });
  const enrolled = validators.filter(({ status }) => status === 'enrolled').length;
  return {
    cosignedSeal: await newestCosignedSeal(ctx),
    nowSec: ctx.clock(),
    quorum: enrolled === 0 ? null : quorumOf(enrolled),
    seal: head.number,
    validators: validators.toSorted((a, b) => Number(a.status === 'retired') - Number(b.status === 'retired') || (a.name < b.name ? -1 : 1)),
  };
}

/** newestCosignedSeal is the newest seal with tokens of more than half of the enrolled validators, or null. */
export async function newestCosignedSeal(ctx: AppContext): Promise<number | null> {
  const enrolled = await enrolledValidators(ctx);
  if (enrolled.length === 0) return null;
  const first = Math.max(0, ctx.registry.head.number - QUORUM_SEALS);
  return newestWithTokens(ctx.db, enrolled.map(({ vkey }) => vkey), quorumOf(enrolled.length), first);
}

/**
 * showCosigned gives the newest name-log checkpoint with a quorum of tokens, with all its lines. It is where a light client may start;
 * whose tokens count is for that client's own policy to say. Throws ServiceRefusal `not-cosigned` if there is none, or nobody enrolled.
 */
export async function showCosigned(ctx: AppContext): Promise<string> {
  const number = await newestCosignedSeal(ctx);
  const seal = number === null ? null : await sealByNumber(ctx.db, number);
  if (seal !== null) return cosignedNote(ctx, { note: seal.names.note, number: seal.number });
  const enrolled = await enrolledValidators(ctx);
  return refuseService('not-cosigned', enrolled.length === 0 ? 'No validator is enrolled here yet, so no checkpoint has a quorum of tokens.' : `No checkpoint of the newest ${QUORUM_SEALS} has tokens of more than half of the ${enrolled.length} enrolled validators.`);
}
