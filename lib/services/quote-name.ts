import type { MarkNotice, Quote } from '../client/wire';
import { nameFromInput } from '../core/assertion/display';
import { lettersIn, skeletonOf } from '../core/assertion/name';
import { priceOf } from '../core/assertion/price';
import { Refusal } from '../core/refusal';
import { nameKey, readRecord, readReserved, reservedKey } from '../core/registry/state';
import { readHold } from '../storage/hold-store';
import type { ServiceContext } from './context';
import { MIN_CREDIT_CENTS, railOf } from './rails';

/** quoteName tells what a typed name would be called, what it costs and whether it can be had. A name that cannot be is an answer, not an error. */
export async function quoteName(ctx: ServiceContext, input: { name: string }): Promise<Quote> {
  const nowSec = ctx.clock();
  const policy = ctx.registry.policy();
  const blank: Quote = {
    input: input.name,
    name: null,
    display: null,
    letters: null,
    status: 'invalid',
    problem: null,
    heldUntilSec: null,
    mark: null,
    tenure: null,
    priceCents: null,
    schedule: null,
    changes: null,
    rail: null,
    minimumCreditCents: MIN_CREDIT_CENTS,
    validUntilSec: nowSec + policy.delays.quoteSec,
    nowSec,
  };
  try {
    const { name, display } = nameFromInput(input.name);
    const priceCents = priceOf(name, policy.schedule);
    const priced: Quote = { ...blank, name, display, letters: lettersIn(name), priceCents, schedule: policy.schedule.version, changes: policy.schedule.changes, rail: railOf(priceCents) };
    return { ...priced, ...(await statusOf(ctx, name, nowSec)) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...blank, problem: { code: error.code, detail: error.detail } };
  }
}

type Standing = Pick<Quote, 'status' | 'problem' | 'heldUntilSec' | 'mark'> & Partial<Pick<Quote, 'tenure'>>;

async function statusOf(ctx: ServiceContext, name: string, nowSec: number): Promise<Standing> {
  const skeleton = skeletonOf(name);
  const state = await ctx.loadState([nameKey(name), reservedKey(skeleton)]);
  const record = readRecord(state, name)?.entry ?? null;
  // A tenure that ended unpaid leaves the name free; all other ends hand it to somebody.
  if (record !== null && record.ended !== 'unpaid') return { status: 'taken', problem: null, heldUntilSec: null, mark: null };
  const reserved = readReserved(state, skeleton)?.entry ?? null;
  if (reserved?.status === 'reserved') return { status: 'reserved', problem: { code: 'name-reserved', detail: reserved.reason }, heldUntilSec: null, mark: null };
  const mark: MarkNotice | null = reserved?.status === 'mark' && reserved.mark !== null ? { ...reserved.mark, classes: [...reserved.mark.classes] } : null;
  const hold = await readHold(ctx.db, name, nowSec);
  if (hold !== null) return { status: 'held', problem: null, heldUntilSec: hold.expiresSec, mark };
  return { status: 'free', problem: null, heldUntilSec: null, mark, tenure: record === null ? 0 : record.tenure + 1 };
}
