import type { ParsedAssertion } from '../core/assertion/parse';
import { refuse } from '../core/refusal';
import type { LiveRegistry } from './live-registry';
import { refuseService } from './service-refusal';

/** An assertion must be valid for this many periods, or its promise could not be kept. */
const MARGIN_PERIODS = 3;

/** checkFits refuses what is for another registry, could expire before it is sealed, or is none of the callers' to send. */
export function checkFits({ payload }: ParsedAssertion, live: Pick<LiveRegistry, 'id' | 'periodSec' | 'policyEntry'>, nowSec: number): void {
  const { notAfter, registry } = payload;
  if (registry !== null && registry !== live.id) refuse('other-registry', 'This was signed for another registry.');
  // Before a hundred signatures are checked that are in vain.
  if (payload.type === 'tokens') refuse('unknown-checkpoint', 'Tokens are sent to the address for tokens, and logged by the registry itself.');
  if (notAfter < nowSec) refuse('expired', 'This was to be sealed earlier: its `notAfter` is past.');
  const marginSec = MARGIN_PERIODS * live.periodSec;
  if (notAfter < nowSec + marginSec) refuseService('expires-too-soon', `\`notAfter\` must be at least ${marginSec} seconds from now, so that the promise to log it can be kept.`);
  if (payload.type !== 'register' && payload.type !== 'topup') return;
  const { policy, schedules } = live.policyEntry();
  const quoted = schedules.find(({ schedule }) => schedule.version === payload.schedule);
  // It must still be quotable should the seal be late.
  if (quoted !== undefined && nowSec + marginSec - quoted.endedSec >= policy.delays.quoteSec) refuse('unknown-schedule', `Price schedule ${payload.schedule} is not in force. Ask for a new quote.`);
}
