import * as names from '../assertion/fixture-names';
import * as fixtures from '../assertion/fixtures';
import type { ParsedAssertion } from '../assertion/parse';
import { ROOT_CHANGES } from '../registry/limits';
import type { NameLogEntry, RecordEntry, SealEntry } from '../registry/state';
import { HistoryMaker, historyWorld as world } from './fixture-histories';
import type { History } from './history-file';
import { lastChange, reassigned } from './valid-histories';

const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((label) => fixtures.makeIdentity(world.registry, label)) as [fixtures.FixtureIdentity, fixtures.FixtureIdentity, fixtures.FixtureIdentity];
const NAME = 'alice-cooper';
const RESERVED = fixtures.makeReserve(world, 'mine');
const other = fixtures.makeRegistry('another registry');

function held(name = NAME): HistoryMaker {
  return new HistoryMaker().seal(fixtures.makeRegister(world, alice, name));
}

/** pending has a transfer to bob that waits. */
function pending(): HistoryMaker {
  const made = held();
  return made.seal(names.makeTransfer(world, alice, bob, made.record(NAME)));
}

/** disputed has an open case. */
function disputed(name = NAME): HistoryMaker {
  const made = held(name);
  return made.seal(names.makeDispute(world, made.record(name), 'D1'));
}

function records(entries: NameLogEntry[], change: (record: RecordEntry) => RecordEntry): NameLogEntry[] {
  return entries.map((entry) => (entry.type === 'record' ? change(entry) : entry));
}

/** registration is the record of a name that was registered in another history of the same registry. */
function registration(): NameLogEntry[] {
  return (held('other-name').valid('').seals[1]?.names ?? []).filter(({ type }) => type === 'record');
}

function sealed(change: (seal: SealEntry) => SealEntry): History {
  return held().forged('A seal that does not say what the logs give.', (entries) => entries.map((entry) => (entry.type === 'seal' ? change(entry) : entry)));
}

/** invalidHistories are histories whose last seal every implementation must refuse, by the name of their file: the code, `--`, what is wrong. */
export const invalidHistories: Readonly<Record<string, () => History>> = {
  'name-taken--register': () => held().invalid('A name is registered twice.', 'name-taken', fixtures.makeRegister(world, bob, NAME)),
  'name-taken--register-while-curing': () => {
    const made = held('alice');
    made.seal(names.makePayment(world, made.record('alice'), 'payment-reversed'));
    return made.invalid('A payment was taken back, but can still be made good.', 'name-taken', fixtures.makeRegister(world, bob, 'alice', { tenure: 1 }));
  },
  'name-reserved--register': () => new HistoryMaker().seal(RESERVED).invalid('A reserved name, with a hyphen in it.', 'name-reserved', fixtures.makeRegister(world, bob, 'mi-ne')),
  'no-changes-left--transfer': () => {
    const made = lastChange();
    return made.invalid('A transfer by the signing key, and no changes are left.', 'no-changes-left', names.makeTransfer(world, alice, bob, made.record(NAME)));
  },
  'no-changes-left--root-transfer': () => {
    const made = lastChange();
    const sales: ParsedAssertion[] = [];
    let { head, tenure } = { head: made.record(NAME).root.head, tenure: 0 };
    for (; tenure <= ROOT_CHANGES; tenure++) {
      const [from, to] = tenure % 2 === 0 ? [alice, carol] : [carol, alice];
      const sale = names.makeRootTransfer(world, from, to, { ...made.record(NAME), root: { changes: tenure, head }, tenure });
      head = sale.hash;
      sales.push(sale);
    }
    return made.invalid('The root key’s own changes go along from tenure to tenure, to and fro, until they are used too.', 'no-changes-left', ...sales);
  },
  'wrong-price--register': () => new HistoryMaker().invalid('A cent too little.', 'wrong-price', fixtures.makeRegister(world, bob, NAME, { priceCents: 9 })),
  'stale-prev--update': () => {
    const made = held();
    const before = made.record(NAME);
    return made.seal(fixtures.makeUpdate(world, alice, before, { service: null })).invalid('An update quotes a head that is no longer.', 'stale-prev', fixtures.makeUpdate(world, alice, before, { service: 'late.example' }));
  },
  'chain-busy--update': () => {
    const made = held();
    const first = fixtures.makeUpdate(world, alice, made.record(NAME), { service: null });
    return made.invalid('Two updates of one chain in one seal.', 'chain-busy', first, fixtures.makeUpdate(world, alice, { ...made.record(NAME), head: first.hash }, { service: 'second.example' }));
  },
  'wrong-signers--update-by-old-key': () => {
    const made = held().seal(fixtures.makeRotate(world, alice, fixtures.nextIdentity(alice)));
    return made.invalid('A key that was replaced.', 'wrong-signers', fixtures.makeUpdate(world, alice, made.record(NAME), { service: null }));
  },
  'wrong-number--rotate': () => held().invalid('A certificate number is left out.', 'wrong-number', fixtures.makeRotate(world, alice, fixtures.nextIdentity(fixtures.nextIdentity(alice)))),
  'wrong-number--policy': () => new HistoryMaker().invalid('A policy number is left out.', 'wrong-number', fixtures.makePolicy(world, { ...world.policy, periodSec: 30 }, 2, world.registry)),
  'already-genesis--second': () => new HistoryMaker().invalid('A second genesis.', 'already-genesis', world.genesis),
  'other-registry--register': () => new HistoryMaker().invalid('Made for another registry.', 'other-registry', fixtures.makeRegister(other, fixtures.makeIdentity(other.registry, 'alice'), NAME)),
  'expired--transfer': () => {
    const made = held();
    return made.invalid('The last second at which it could be sealed is past.', 'expired', names.makeTransfer(world, alice, bob, made.record(NAME), { notAfter: fixtures.FIXTURE_TIME_SEC + 119 }));
  },

  'wrong-signers--transfer-without-recipient': () => {
    const made = held();
    const { payload } = names.makeTransfer(world, alice, bob, made.record(NAME));
    return made.invalid('The recipient has not signed.', 'wrong-signers', fixtures.signedBy(payload, [alice.key]));
  },
  'wrong-signers--transfer-by-recipient-first': () => {
    const made = held();
    const { payload } = names.makeTransfer(world, alice, bob, made.record(NAME));
    return made.invalid('The right signatures in the wrong order.', 'wrong-signers', fixtures.signedBy(payload, [bob.key, alice.key]));
  },
  'wrong-signers--transfer-by-old-key': () => {
    const made = held().seal(fixtures.makeRotate(world, alice, fixtures.nextIdentity(alice)));
    return made.invalid('A thief sells with a key that was replaced.', 'wrong-signers', names.makeTransfer(world, alice, bob, made.record(NAME)));
  },
  'wrong-signers--root-transfer-by-signing-key': () => {
    const made = held();
    const { payload } = names.makeRootTransfer(world, alice, bob, made.record(NAME));
    return made.invalid('What only the root key can do at once, signed by the signing key.', 'wrong-signers', fixtures.signedBy(payload, [alice.key, bob.key]));
  },
  'wrong-certificate--transfer-to-other-udf': () => {
    const made = held();
    return made.invalid('The certificate is not that of the UDF named.', 'wrong-certificate', names.makeTransfer(world, alice, bob, made.record(NAME), { udf: carol.udf }));
  },
  'wrong-certificate--transfer-to-unseen-number-1': () => {
    const made = held();
    return made.invalid('An identity is first seen with certificate number 0.', 'wrong-certificate', names.makeTransfer(world, alice, fixtures.nextIdentity(bob), made.record(NAME)));
  },
  'wrong-certificate--transfer-to-rotated': () => {
    const made = held().seal(fixtures.makeRegister(world, bob, 'bob-cooper')).seal(fixtures.makeRotate(world, bob, fixtures.nextIdentity(bob)));
    return made.invalid('The recipient’s certificate is not the logged one any more.', 'wrong-certificate', names.makeTransfer(world, alice, bob, made.record(NAME)));
  },
  'stale-prev--transfer': () => {
    const made = held();
    const before = made.record(NAME);
    return made.seal(fixtures.makeUpdate(world, alice, before, { service: null })).invalid('A transfer quotes a head that is no longer.', 'stale-prev', names.makeTransfer(world, alice, bob, before));
  },
  'stale-prev--transfer-again-after-cancel': () => {
    const made = held();
    const transfer = names.makeTransfer(world, alice, bob, made.record(NAME));
    made.seal(transfer);
    return made.seal(names.makeCancel(world, made.record(NAME), alice.key)).invalid('A cancelled transfer is brought in once more.', 'stale-prev', transfer);
  },
  'stale-of--root-transfer': () => {
    const made = held();
    const before = made.record(NAME);
    return made.seal(fixtures.makeRootUpdate(world, alice, before, { service: null })).invalid('The root key has signed something else first.', 'stale-of', names.makeRootTransfer(world, alice, bob, before));
  },
  'stale-of--cancel-of-nothing': () => {
    const made = held();
    return made.invalid('There is nothing to cancel.', 'stale-of', names.makeCancel(world, made.record(NAME), alice.key));
  },
  'stale-of--cancel-a-reassignment': () => {
    const made = disputed();
    made.seal(names.makeReassign(world, bob, made.record(NAME)));
    return made.invalid('A holder can’t cancel what arbiters have decided.', 'stale-of', names.makeCancel(world, made.record(NAME), alice.root));
  },
  'wrong-signers--cancel-by-recipient': () => {
    const made = pending();
    return made.invalid('Only the giver can cancel.', 'wrong-signers', names.makeCancel(world, made.record(NAME), bob.key));
  },
  'wrong-tenure--cancel-after-effect': () => {
    const made = pending();
    const cancel = names.makeCancel(world, made.record(NAME), alice.root);
    return made.idle(2).invalid('The transfer has taken effect.', 'wrong-tenure', cancel);
  },
  'already-pending--second-transfer': () => {
    const made = pending();
    return made.invalid('A second transfer while one is pending.', 'already-pending', names.makeTransfer(world, alice, carol, made.record(NAME)));
  },
  'transfer-barred--open-case': () => {
    const made = disputed();
    return made.invalid('A case is open.', 'transfer-barred', names.makeTransfer(world, alice, bob, made.record(NAME)));
  },
  'transfer-barred--open-case-root': () => {
    const made = disputed();
    return made.invalid('A case is open; the root key does not help.', 'transfer-barred', names.makeRootTransfer(world, alice, bob, made.record(NAME)));
  },
  'transfer-barred--payment': () => {
    const made = held('alice').idle(4);
    return made.invalid('One second too early: the payment can still be taken back.', 'transfer-barred', names.makeTransfer(world, alice, bob, made.record('alice')));
  },
  'transfer-barred--payment-reversed': () => {
    const made = held('alice');
    made.seal(names.makePayment(world, made.record('alice'), 'payment-reversed'));
    return made.invalid('The payment was taken back.', 'transfer-barred', names.makeRootTransfer(world, alice, bob, made.record('alice')));
  },
  'nothing-changes--transfer-to-holder': () => {
    const made = held();
    return made.invalid('To whom it belongs.', 'nothing-changes', names.makeRootTransfer(world, alice, fixtures.makeIdentity(world.registry, 'alice'), made.record(NAME)));
  },
  'chain-busy--transfer-after-update': () => {
    const made = held();
    const update = fixtures.makeUpdate(world, alice, made.record(NAME), { service: null });
    return made.invalid('An update has used the chain in this seal.', 'chain-busy', update, names.makeTransfer(world, alice, bob, { ...made.record(NAME), head: update.hash }));
  },
  'unknown-name--transfer': () => {
    const made = held();
    return made.invalid('Nobody holds that name.', 'unknown-name', names.makeTransfer(world, alice, bob, { ...made.record(NAME), name: 'no-such-name' }));
  },
  'wrong-tenure--update-of-sold': () => {
    const made = pending().idle(2);
    return made.invalid('A tenure that ended by sale is over for good.', 'wrong-tenure', fixtures.makeUpdate(world, alice, made.record(NAME, 0), { service: null }));
  },

  'wrong-case--reassign-without-case': () => {
    const made = held();
    return made.invalid('No case is open.', 'wrong-case', names.makeReassign(world, bob, made.record(NAME), { case: 'D1' }));
  },
  'wrong-case--reassign-in-other-case': () => {
    const made = disputed();
    return made.invalid('Another case is open.', 'wrong-case', names.makeReassign(world, bob, made.record(NAME), { case: 'D2' }));
  },
  'wrong-case--close-other-case': () => {
    const made = disputed();
    return made.invalid('Another case is open.', 'wrong-case', names.makeDispute(world, made.record(NAME), 'D2', 'dispute-closed'));
  },
  'already-pending--second-dispute': () => {
    const made = disputed();
    return made.invalid('A case is open already.', 'already-pending', names.makeDispute(world, made.record(NAME), 'D2'));
  },
  'already-pending--second-reassign': () => {
    const made = disputed();
    made.seal(names.makeReassign(world, bob, made.record(NAME)));
    return made.invalid('A reassignment is pending already.', 'already-pending', names.makeReassign(world, carol, made.record(NAME)));
  },
  'wrong-signers--one-arbiter': () => {
    const made = held();
    return made.invalid('Two arbiters must sign.', 'wrong-signers', names.makeDispute(world, made.record(NAME), 'D1', 'dispute', world.arbiters.slice(0, 1)));
  },
  'wrong-signers--arbiters-out-of-order': () => {
    const made = held();
    return made.invalid('Not in the order of the policy’s list.', 'wrong-signers', names.makeDispute(world, made.record(NAME), 'D1', 'dispute', world.arbiters.slice(1).reverse()));
  },
  'wrong-signers--reassign-without-new-holder': () => {
    const made = disputed();
    const { payload } = names.makeReassign(world, bob, made.record(NAME));
    return made.invalid('The new holder has not signed.', 'wrong-signers', fixtures.signedBy(payload, names.arbitersOf(world)));
  },
  'wrong-signers--case-closed-by-later-arbiters': () => {
    const made = disputed();
    const others = [1, 2].map((n) => fixtures.pairOf(`other arbiter ${n}`));
    const policy = fixtures.makePolicy(world, { ...world.policy, arbiters: { keys: others.map(({ text }) => text), threshold: 2 } }, 1, world.registry, true);
    made.seal(names.makeReassign(world, bob, made.record(NAME)), policy);
    return made.invalid('What is pending keeps the arbiters it was logged under.', 'wrong-signers', names.makeDispute(world, made.record(NAME), 'D1', 'dispute-closed', others));
  },
  'wrong-tenure--transfer-of-reassigned': () => {
    const made = reassigned();
    return made.invalid('A tenure that was reassigned away can’t be sold.', 'wrong-tenure', names.makeRootTransfer(world, alice, carol, made.record(NAME, 0)));
  },
  'wrong-tenure--dispute-of-reassigned': () => {
    const made = reassigned();
    return made.invalid('Nor disputed again.', 'wrong-tenure', names.makeDispute(world, made.record(NAME, 0), 'D9'));
  },

  'wrong-price--topup': () => {
    const made = held();
    return made.invalid('A cent too little.', 'wrong-price', names.makeTopup(world, made.record(NAME), { priceCents: 9 }));
  },
  'unknown-schedule--topup': () => {
    const made = held();
    return made.invalid('A schedule that there has never been.', 'unknown-schedule', names.makeTopup(world, made.record(NAME), { schedule: 7 }));
  },
  'wrong-signers--topup-by-holder': () => {
    const made = held();
    const { payload } = names.makeTopup(world, made.record(NAME));
    return made.invalid('A holder can’t say that something was paid.', 'wrong-signers', fixtures.signedBy(payload, [alice.key]));
  },
  'wrong-tenure--topup-of-sold': () => {
    const made = pending().idle(2);
    return made.invalid('A tenure that ended by sale needs no changes.', 'wrong-tenure', names.makeTopup(world, made.record(NAME, 0)));
  },
  'chain-busy--topup-and-dispute': () => {
    const made = held();
    const topup = names.makeTopup(world, made.record(NAME));
    return made.invalid('Registrar and arbiters share a chain.', 'chain-busy', topup, names.makeDispute(world, { ...made.record(NAME), after: topup.hash }, 'D1'));
  },
  'stale-prev--dispute': () => {
    const made = held();
    const before = made.record(NAME);
    return made.seal(names.makeTopup(world, before)).invalid('The registrar has said something first.', 'stale-prev', names.makeDispute(world, before, 'D1'));
  },
  'not-reversible--too-late': () => {
    const made = held('alice').idle(5);
    return made.invalid('The time in which a payment can be taken back is over.', 'not-reversible', names.makePayment(world, made.record('alice'), 'payment-reversed'));
  },
  'not-reversible--small-payment': () => {
    const made = held();
    return made.invalid('A payment of ten cents is never taken back.', 'not-reversible', names.makePayment(world, made.record(NAME), 'payment-reversed'));
  },
  'nothing-changes--reversed-twice': () => {
    const made = held('alice');
    made.seal(names.makePayment(world, made.record('alice'), 'payment-reversed'));
    return made.invalid('It was taken back already.', 'nothing-changes', names.makePayment(world, made.record('alice'), 'payment-reversed'));
  },

  'replay-mismatch--forged-record': () => held().forged('A record says another service than was signed.', (entries) => records(entries, (record) => ({ ...record, service: 'thief.example' }))),
  'replay-mismatch--record-without-proof': () => held().idle().forged('A record that rests on nothing.', (entries) => [...registration(), ...entries]),
  'replay-mismatch--record-missing': () => held().forged('A proof without its record.', (entries) => entries.filter(({ type }) => type !== 'record')),
  'replay-mismatch--map-root': () => sealed((seal) => ({ ...seal, map: { ...seal.map, root: alice.certificate.hash } })),
  'replay-mismatch--proofs-root': () => sealed((seal) => ({ ...seal, proofs: { ...seal.proofs, root: alice.certificate.hash } })),
  'replay-mismatch--covers': () => sealed((seal) => ({ ...seal, covers: [0, seal.covers[1]] })),
  'time-goes-back--seal': () => held().forged('A seal as old as the one before.', (entries) => entries.map((entry) => (entry.type === 'seal' ? { ...entry, timeSec: entry.timeSec - 60 } : entry)), 'time-goes-back'),
  'replay-mismatch--transfer-too-early': () => {
    const made = pending();
    const early = made.record(NAME);
    return made.idle().forged('A transfer takes effect one seal too early.', (entries) => [{ ...early, ended: 'transfer', pending: [], prev: 7 }, ...entries]);
  },
  'replay-mismatch--transfer-not-done': () => pending().idle(2).forged('A transfer that has fallen due is left out.', (entries) => entries.filter(({ type }) => type === 'seal')),
  'replay-mismatch--opened-before-closed': () => pending().idle(2).forged('The next tenure opens before the last is closed.', ([closing, opening, ...rest]) => [opening as NameLogEntry, closing as NameLogEntry, ...rest]),
  'replay-mismatch--void-left-out': () =>
    pending().seal(fixtures.makeRotate(world, alice, fixtures.nextIdentity(alice))).forged('A rotation does not void what its identity gives away.', (entries) => entries.filter(({ type }) => type !== 'record')),
  'replay-mismatch--dispute-keeps-transfer': () => {
    const made = pending();
    const before = made.record(NAME);
    return made.seal(names.makeDispute(world, before, 'D1')).forged('A case does not void the transfer.', (entries) => records(entries, (record) => ({ ...record, pending: before.pending })));
  },
  'replay-mismatch--unpaid-left-out': () => {
    const made = held('alice');
    made.seal(names.makePayment(world, made.record('alice'), 'payment-reversed')).idle(2);
    return made.forged('A tenure that should have ended lives on.', (entries) => entries.filter(({ type }) => type === 'seal'));
  },
  'replay-mismatch--lock-left-out': () => held('alice').forged('A payment of $5,000 without its lock.', (entries) => records(entries, (record) => ({ ...record, locks: [] }))),
  'replay-mismatch--reassigned-old-tenure-closed': () => {
    const made = reassigned();
    const old = made.record(NAME, 0);
    return made.idle().forged('The old holder’s service is changed without a word of his.', (entries) => [{ ...old, service: 'thief.example', prev: 9 }, ...entries]);
  },
};
