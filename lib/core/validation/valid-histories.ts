import * as names from '../assertion/fixture-names';
import * as fixtures from '../assertion/fixtures';
import { HistoryMaker, historyWorld as world } from './fixture-histories';
import type { History } from './history-file';

const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((label) => fixtures.makeIdentity(world.registry, label)) as [fixtures.FixtureIdentity, fixtures.FixtureIdentity, fixtures.FixtureIdentity];
const NAME = 'alice-cooper';

/** sold is a registry in which alice holds a name of many letters. */
function held(name = NAME): HistoryMaker {
  return new HistoryMaker().seal(fixtures.makeRegister(world, alice, name));
}

/** validHistories are the histories that every implementation must replay, by the name of their file. */
export const validHistories: Readonly<Record<string, () => History>> = {
  'idle-seals': () => new HistoryMaker().idle(3).valid('A genesis and empty seals.'),
  'reserved-names': () => {
    const reserve = fixtures.makeReserve(world, 'mine');
    return new HistoryMaker()
      .seal(reserve, fixtures.makeMark(world, 'acme', { classes: [9], number: '1', office: 'EUIPO', owner: 'ACME' }))
      .seal(fixtures.makeRelease(world, 'mine', reserve.hash))
      .valid('A reservation, a mark, a release.');
  },
  updates: () => {
    const made = held().seal(fixtures.makeReserve(world, 'mine'));
    const record = made.record(NAME);
    return made
      .seal(fixtures.makeUpdate(world, alice, record, { service: 'example.net' }), fixtures.makeRootUpdate(world, alice, record, { dns: ['192.0.2.1', '::1'] }))
      .seal(fixtures.makeRotate(world, alice, fixtures.nextIdentity(alice)))
      .seal(fixtures.makeUpdate(world, fixtures.nextIdentity(alice), made.record(NAME), { service: null }))
      .valid('Updates by signing key and root key in one seal; a rotation; an update by the new key.');
  },
  policies: () => {
    const cheaper = { ...world.policy, schedule: { ...world.policy.schedule, priceCents: world.policy.schedule.priceCents.map((cents) => Math.max(5, cents / 2)), version: 2 } };
    return new HistoryMaker()
      .seal(fixtures.makePolicy(world, cheaper, 1, world.registry))
      .idle(2)
      .seal(fixtures.makeRegister(world, alice, NAME))
      .seal(fixtures.makeRegister(world, bob, 'bob-cooper', { priceCents: 5, schedule: 2 }))
      .valid('A price schedule comes into force; the old one may still be quoted for a while.');
  },
  'policy-withdrawn': () => {
    const next = fixtures.makePolicy(world, { ...world.policy, periodSec: 30 }, 1, world.registry);
    return new HistoryMaker().seal(next).seal(fixtures.makePolicy(world, world.policy, 2, next.hash)).idle(3).valid('A pending policy is replaced by the one in force.');
  },
  sale: () => {
    const made = held();
    made.seal(names.makeTransfer(world, alice, bob, made.record(NAME)));
    made.seal(fixtures.makeUpdate(world, alice, made.record(NAME), { service: 'last.example' })).idle();
    return made.seal(fixtures.makeUpdate(world, bob, made.record(NAME), { service: 'bob.example' })).valid('A transfer is pending, its giver goes on changing the name, then it takes effect.');
  },
  'sale-by-root-key': () => {
    const made = held();
    made.seal(names.makeTransfer(world, alice, carol, made.record(NAME)));
    made.seal(names.makeRootTransfer(world, alice, bob, made.record(NAME))).idle(3);
    return made.valid('A transfer by the root key is done at once, over a pending one.');
  },
  'sale-and-back-in-one-seal': () => {
    const made = held().seal(fixtures.makeRegister(world, bob, 'bob-cooper'));
    const first = names.makeRootTransfer(world, alice, bob, made.record(NAME));
    const opened = { ...made.record(NAME), root: { changes: 0, head: first.hash }, tenure: 1 };
    return made.seal(first, names.makeRootTransfer(world, bob, alice, opened)).valid('Two tenures begin in one seal; the changes left go along.');
  },
  'sales-by-root-key-without-changes': () => {
    const made = lastChange();
    made.seal(names.makeRootTransfer(world, alice, bob, made.record(NAME)));
    made.seal(fixtures.makeRootUpdate(world, bob, made.record(NAME), { service: 'bob.example' }));
    made.seal(names.makeRootTransfer(world, bob, alice, made.record(NAME)));
    made.seal(names.makeTopup(world, made.record(NAME), { schedule: 2 }));
    return made.seal(names.makeRootTransfer(world, alice, carol, made.record(NAME))).valid('With no changes left transfers by the root key use its own, which go along; a change that is bought is used first.');
  },
  'transfer-dropped-by-shorter-period': () => {
    // The lock asks for 12 seals instead of 3, the transfer for 4 instead of 1.
    const made = held('alice').idle(4).seal(fixtures.makePolicy(world, { ...world.policy, periodSec: 15 }, 1, world.registry));
    made.seal(names.makeTransfer(world, alice, bob, made.record('alice'))).idle(6);
    made.seal(names.makeTransfer(world, alice, bob, made.record('alice'))).idle(4);
    return made.valid('A payment lock had stopped counting; with a shorter period it counts again, and drops the transfer that falls due. Later it can be made again.');
  },
  'transfer-cancelled': () => {
    const made = held();
    made.seal(names.makeTransfer(world, alice, bob, made.record(NAME)));
    made.seal(names.makeCancel(world, made.record(NAME), alice.key)).idle(3);
    made.seal(names.makeTransfer(world, alice, carol, made.record(NAME)));
    return made.seal(names.makeCancel(world, made.record(NAME), alice.root)).valid('Transfers are cancelled, by signing key and by root key.');
  },
  'rotation-voids-transfers': () => {
    const made = held().seal(fixtures.makeRegister(world, alice, 'second-name'), fixtures.makeRegister(world, bob, 'name-of-bob'));
    const pending = ['second-name', NAME].map((name) => names.makeTransfer(world, alice, carol, made.record(name)));
    made.seal(...pending, names.makeTransfer(world, bob, alice, made.record('name-of-bob')));
    return made.seal(fixtures.makeRotate(world, alice, fixtures.nextIdentity(alice))).idle(3).valid('A rotation voids what its identity gives away, in proof-log order, and not what it is given.');
  },
  'rotation-in-the-seal-of-the-transfer': () => {
    const made = held();
    return made.seal(names.makeTransfer(world, alice, bob, made.record(NAME)), fixtures.makeRotate(world, alice, fixtures.nextIdentity(alice))).valid('A rotation voids a transfer of its own seal.');
  },
  'top-ups': () => {
    const made = held();
    made.seal(names.makeTopup(world, made.record(NAME))).seal(names.makeTopup(world, made.record(NAME)));
    return made.seal(fixtures.makeUpdate(world, alice, made.record(NAME), { service: null })).valid('Changes and rotations are bought; the identity rests on its certificate’s assertion.');
  },
  'case-closed': () => {
    const made = held();
    made.seal(names.makeTransfer(world, alice, bob, made.record(NAME)));
    made.seal(names.makeDispute(world, made.record(NAME), 'D2026-0001')).idle(3);
    made.seal(fixtures.makeUpdate(world, alice, made.record(NAME), { service: 'example.net' }), names.makeDispute(world, made.record(NAME), 'D2026-0001', 'dispute-closed'));
    return made.seal(names.makeTransfer(world, alice, bob, made.record(NAME))).valid('A case voids a transfer; the holder goes on changing the name; once closed it can be sold.');
  },
  reassignment: () => {
    const made = reassigned();
    made.seal(fixtures.makeUpdate(world, alice, made.record(NAME, 0), { service: 'old.example' }), names.makeTopup(world, made.record(NAME, 0)), fixtures.makeUpdate(world, bob, made.record(NAME), { service: 'new.example.net' }));
    return made.valid('A name is reassigned; the old tenure goes on under its number, beside the new one.');
  },
  'reassignment-ended-by-its-arbiters': () => {
    const made = held();
    made.seal(names.makeDispute(world, made.record(NAME), 'D1'));
    const others = [1, 2].map((n) => fixtures.pairOf(`other arbiter ${n}`));
    const policy = fixtures.makePolicy(world, { ...world.policy, arbiters: { keys: others.map(({ text }) => text), threshold: 2 } }, 1, world.registry, true);
    made.seal(names.makeReassign(world, bob, made.record(NAME)), policy);
    return made.seal(names.makeDispute(world, made.record(NAME), 'D1', 'dispute-closed')).idle(3).valid('Arbiters who are no longer in force end what they had decided.');
  },
  'payment-settled': () => {
    const made = held('alice');
    made.seal(names.makePayment(world, made.record('alice'), 'payment-reversed')).idle();
    made.seal(names.makePayment(world, made.record('alice'), 'payment-settled'));
    return made.seal(names.makeRootTransfer(world, alice, bob, made.record('alice'))).idle(3).valid('A payment is taken back and made good; then the name can be sold.');
  },
  unpaid: () => {
    const made = held('alice');
    made.seal(names.makePayment(world, made.record('alice'), 'payment-reversed')).idle(2);
    return made.seal(fixtures.makeRegister(world, bob, 'alice', { tenure: 1 })).valid('A payment is taken back and not made good: the tenure ends, and the name is registered again.');
  },
  'lock-ends-by-itself': () => {
    const made = held('alice').idle(5);
    return made.seal(names.makeTransfer(world, alice, bob, made.record('alice'))).idle(2).valid('After the time in which a payment can be taken back a name can be sold; the lock stood in its record until then.');
  },
  'unpaid-before-reassigned': () => {
    const made = held('alice');
    made.seal(names.makeDispute(world, made.record('alice'), 'D1')).seal(names.makePayment(world, made.record('alice'), 'payment-reversed'));
    return made.seal(names.makeReassign(world, bob, made.record('alice'))).idle(3).valid('A tenure ends unpaid; the reassignment that was pending falls with it.');
  },
  'effects-of-one-seal': () => {
    const made = held().seal(fixtures.makeRegister(world, alice, 'second-name'), fixtures.makeRegister(world, bob, 'bob'));
    made.seal(names.makePayment(world, made.record('bob'), 'payment-reversed'), names.makeTransfer(world, alice, bob, made.record('second-name')), fixtures.makePolicy(world, { ...world.policy, periodSec: 50 }, 1, world.registry), names.makeTransfer(world, alice, carol, made.record(NAME)));
    return made.idle(2).valid('Four things fall due in one seal and take effect in the order of the proof log.');
  },
};

/** lastChange is a registry in which alice has used the one change that came with her name. */
export function lastChange(): HistoryMaker {
  const made = new HistoryMaker().seal(fixtures.makePolicy(world, { ...world.policy, schedule: { ...world.policy.schedule, changes: 1, version: 2 } }, 1, world.registry)).idle(2);
  made.seal(fixtures.makeRegister(world, alice, NAME, { schedule: 2 }));
  return made.seal(fixtures.makeUpdate(world, alice, made.record(NAME), { service: 'last.example' }));
}

/** reassigned is a registry in which a name of alice's was reassigned to bob. */
export function reassigned(): HistoryMaker {
  const made = held();
  made.seal(names.makeDispute(world, made.record(NAME), 'D2026-0001'));
  return made.seal(names.makeReassign(world, bob, made.record(NAME))).idle(2);
}
