import { expect, test } from 'vitest';
import { FIXTURE_TIME_SEC, makeIdentity, makeRegister, makeRegistry } from '../core/assertion/fixtures';
import { FixtureLog } from '../core/registry/fixture-log';
import { policyInForce } from '../core/registry/lookup';
import { checkFits } from './check-fits';

const world = makeRegistry('fits');
const entry = policyInForce(new FixtureLog(world).state);
const { quoteSec } = entry.policy.delays;
const register = makeRegister(world, makeIdentity(world.registry, 'alice'), 'alicefits', { notAfter: FIXTURE_TIME_SEC + 10 * quoteSec });

/** What checkFits says of a registration under a price schedule that ended at `FIXTURE_TIME_SEC`. */
function fits(nowSec: number): void {
  const schedules = [{ endedSec: FIXTURE_TIME_SEC, schedule: entry.policy.schedule }];
  checkFits(register, { id: world.registry, periodSec: 60, policyEntry: () => ({ ...entry, schedules }) }, nowSec);
}

test('an old price is taken while it can still be quoted three periods on, and not in its last moment, when its seal might refuse what was promised', () => {
  fits(FIXTURE_TIME_SEC + quoteSec - 181);
  expect(() => fits(FIXTURE_TIME_SEC + quoteSec - 180)).toThrow('unknown-schedule');
  expect(() => fits(FIXTURE_TIME_SEC + quoteSec + 1_000)).toThrow('unknown-schedule');
});

test('what could expire before its seal is not promised', () => {
  const { notAfter } = register.payload;
  const at = (nowSec: number) => () => checkFits(register, { id: world.registry, periodSec: 60, policyEntry: () => entry }, nowSec);
  expect(at(notAfter - 180)).not.toThrow();
  expect(at(notAfter - 179)).toThrow('expires-too-soon');
  expect(at(notAfter + 1)).toThrow('expired');
});
