import { expect, test } from 'vitest';
import * as names from '../../lib/core/assertion/fixture-names';
import { makeIdentity, makeRegister, makeRegistry } from '../../lib/core/assertion/fixtures';
import { DEFAULT_DELAYS } from '../../lib/core/assertion/policy-defaults';
import { toBase64 } from '../../lib/core/bytes/base64';
import { FixtureLog } from '../../lib/core/registry/fixture-log';
import { type RecordEntry, readRecord } from '../../lib/core/registry/state';
import { meaningOf } from './entry-meaning';

test('what happens to a name is said in plain words on its entries, and who signed what', () => {
  const world = makeRegistry('meaning', { delays: { ...DEFAULT_DELAYS, noticeSec: 60, transferSec: 60 } });
  const [alice, bob] = ['alice', 'bob'].map((label) => makeIdentity(world.registry, label)) as [ReturnType<typeof makeIdentity>, ReturnType<typeof makeIdentity>];
  const log = new FixtureLog(world);
  const record = () => readRecord(log.state, 'alice-cooper')?.entry as RecordEntry;
  const newest = () => log.seals.at(-1)?.names.entries.map((bytes) => meaningOf('names', toBase64(bytes)).sentence.replaceAll(/M[A-Z0-9]{3}(-[A-Z0-9]{4}){6}/g, 'UDF')).slice(0, -1);
  log.seal([makeRegister(world, alice, 'alice-cooper')]);
  log.seal([names.makeTransfer(world, alice, bob, record())]);
  expect(newest()).toEqual(['UDF is known from now on.', '@alice-cooper is to pass to UDF, unless its holder cancels.']);
  log.seal([]);
  expect(newest()).toEqual(['Tenure 0 of @alice-cooper ended: passed on by its holder.', '@alice-cooper (tenure 1) belongs to UDF by transfer, served by new.example.']);
  log.seal([names.makeDispute(world, record(), 'D1')]);
  expect(newest()).toEqual(['@alice-cooper (tenure 1) is disputed, case D1, and can’t be transferred.']);
  const reassign = names.makeReassign(world, alice, record());
  log.seal([reassign]);
  expect(newest()).toEqual(['@alice-cooper (tenure 1) is to pass to UDF by decision in case D1.']);
  expect(meaningOf('proofs', toBase64(reassign.bytes))).toMatchObject({ kind: 'reassign', name: 'alice-cooper', signers: [{ role: 'Arbiter 1' }, { role: 'Arbiter 2' }, { role: 'New holder' }] });
  log.seal([]);
  expect(newest()?.[0]).toBe('Tenure 1 of @alice-cooper ended: reassigned by decision; it lives on under its number.');
});
