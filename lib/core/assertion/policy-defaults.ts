import { toBase64 } from '../bytes/base64';
import { characterPageHash } from './character-page';
import type { Base64, Delays, Schedule } from './payloads';

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** DEFAULT_DELAYS are the waiting times of DESIGN §3.4; ten working days of notice are fourteen days. */
export const DEFAULT_DELAYS: Readonly<Delays> = {
  curingSec: 60 * DAY,
  keysSec: 0,
  logKeySec: 30 * DAY,
  noticeSec: 14 * DAY,
  policySec: 14 * DAY,
  quietSec: 90 * DAY,
  quoteSec: 7 * DAY,
  reversalSec: 120 * DAY,
  transferSec: 72 * HOUR,
  wireSec: 30 * DAY,
};

/** cappedDelays are the default delays, none longer than `maxSec`, for test registries; but for those within which something may still be done. */
export function cappedDelays(maxSec: number): Delays {
  const { quoteSec, reversalSec } = DEFAULT_DELAYS;
  const delays: Delays = { ...DEFAULT_DELAYS };
  for (const field of Object.keys(delays) as (keyof Delays)[]) delays[field] = Math.min(delays[field], maxSec);
  return { ...delays, quoteSec, reversalSec };
}

/** DEFAULT_SCHEDULE is the founder's price list (DESIGN §3.8): $10,000,000 for one letter down to $0.10 for eight and more. */
export const DEFAULT_SCHEDULE: Readonly<Schedule> = {
  changes: 50,
  priceCents: [1_000_000_000, 100_000_000, 10_000_000, 2_000_000, 500_000, 100_000, 10_000, 10],
  topupCents: 10,
  version: 1,
};

/** defaultCharacters is the only value a policy's `characters` can have in this wire version. */
export function defaultCharacters(): Base64 {
  return toBase64(characterPageHash());
}
