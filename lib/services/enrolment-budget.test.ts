import { expect, test } from 'vitest';
import { makeIdentity, makeRegister, makeRegistry } from '../core/assertion/fixtures';
import { makeValidator, makeValidatorKey } from '../core/assertion/fixture-tokens';
import { FixtureLog } from '../core/registry/fixture-log';
import { readRecord } from '../core/registry/state';
import { EnrolmentBudget, MAX_ENROLMENTS } from './enrolment-budget';

const world = makeRegistry('budget');
const alice = makeIdentity(world.registry, 'alice');
const log = new FixtureLog(world);
const registers = ['aliceone', 'alicetwo'].map((name) => makeRegister(world, alice, name));
log.seal(registers);
const enrolment = (name: string, n: number) => {
  const record = readRecord(log.state, name)?.entry ?? expect.fail('it is registered');
  return makeValidator(world, makeValidatorKey(`v${n}.example`), alice, record).payload;
};

test('one name enrols so many validators a day, whoever they are called, and no more; another name and the next day are not touched', () => {
  const budget = new EnrolmentBudget();
  const enrol = (name: string, n: number, nowSec: number) => {
    const payload = enrolment(name, n);
    budget.check(payload, nowSec);
    budget.spend(payload);
    return payload;
  };
  for (let n = 0; n < MAX_ENROLMENTS; n++) enrol('aliceone', n, 100_000);
  expect(() => enrol('aliceone', 99, 100_000)).toThrow('At most');
  budget.giveBack(enrol('alicetwo', 99, 100_000));
  budget.giveBack(enrolment('aliceone', 1));
  enrol('aliceone', 99, 100_000);
  expect(() => enrol('aliceone', 98, 186_399)).toThrow('At most');
  enrol('aliceone', 98, 186_400);
  // Nothing else is counted.
  for (let n = 0; n <= MAX_ENROLMENTS; n++) for (const { payload } of registers) budget.spend(payload);
  for (const { payload } of registers) budget.check(payload, 186_400);
});
