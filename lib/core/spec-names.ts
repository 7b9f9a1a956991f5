import * as names from './assertion/fixture-names';
import { type FixtureIdentity, makeIdentity, makeRegister, makeRegistry } from './assertion/fixtures';
import type { ParsedAssertion } from './assertion/parse';
import { DEFAULT_DELAYS } from './assertion/policy-defaults';
import { text } from './bytes/bytes';
import { payloadBytes } from './keys/dsse';
import { FixtureLog } from './registry/fixture-log';
import { type RecordEntry, readRecord } from './registry/state';

/**
 * specNames plays the registry of SPEC.md §17, in which names change hands, and gives its examples: name of the block → text. Its
 * delays are short, so that few seals show all.
 */
export function specNames(): Map<string, string> {
  const delays = { ...DEFAULT_DELAYS, curingSec: 120, noticeSec: 120, reversalSec: 600, transferSec: 120 };
  const world = makeRegistry('spec names', { delays });
  const log = new FixtureLog(world);
  const [alice, bob, carol] = ['spec alice', 'spec bob', 'spec carol'].map((label) => makeIdentity(world.registry, label)) as [FixtureIdentity, FixtureIdentity, FixtureIdentity];
  const record = (name: string): RecordEntry => {
    const found = readRecord(log.state, name)?.entry;
    if (found === undefined) throw new Error('the example registers its names');
    return found;
  };
  const seal = (...assertions: ParsedAssertion[]) => {
    const [refused] = log.seal(assertions).refused;
    if (refused) throw new Error(`the example history is refused: ${refused.code}`);
  };

  seal(makeRegister(world, alice, 'Alice Cooper'), makeRegister(world, alice, 'alice'));
  const settled = names.makePayment(world, record('alice'), 'payment-settled');
  const rootTransfer = names.makeRootTransfer(world, alice, bob, record('alicecooper'));
  const transfer = names.makeTransfer(world, alice, bob, record('alicecooper'));
  const reversed = names.makePayment(world, record('alice'), 'payment-reversed');
  seal(transfer, reversed);
  const cancel = names.makeCancel(world, record('alicecooper'), alice.key);
  seal();
  seal();
  const dispute = names.makeDispute(world, record('alicecooper'), 'D2026-0001');
  seal(dispute);
  const closed = names.makeDispute(world, record('alicecooper'), 'D2026-0001', 'dispute-closed');
  const reassign = names.makeReassign(world, carol, record('alicecooper'));
  seal(reassign);
  const topup = names.makeTopup(world, record('alicecooper'));
  seal(topup);
  seal();

  const examples = new Map<string, string>();
  const payloads: Record<string, ParsedAssertion> = {
    cancel,
    dispute,
    'dispute-closed': closed,
    'payment-reversed': reversed,
    'payment-settled': settled,
    reassign,
    'root-transfer': rootTransfer,
    topup,
    transfer,
  };
  for (const [name, parsed] of Object.entries(payloads)) examples.set(`${name}-payload`, text(payloadBytes(parsed.envelope)));
  examples.set('transfer-envelope', text(transfer.bytes));
  examples.set('changes-registry-id', world.registry);
  for (const number of [1, 2, 4, 5, 6, 7, 8]) examples.set(`changes-seal-${number}`, log.seals[number]?.names.entries.map((entry) => text(entry)).join('\n') ?? '');
  return examples;
}
