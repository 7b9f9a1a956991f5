import * as names from '../assertion/fixture-names';
import { type FixtureValidator, makeTokens, makeValidator, makeValidatorKey, makeValidatorRetired, sealTokens } from '../assertion/fixture-tokens';
import * as fixtures from '../assertion/fixtures';
import type { ParsedAssertion } from '../assertion/parse';
import { ZERO } from '../assertion/payloads';
import { FixtureLog } from '../registry/fixture-log';
import { readValidator } from '../registry/lookup';
import { type RecordEntry, readIdentity, readPolicy, readRecord, readReserved } from '../registry/state';

/** ACTION_KINDS are the things somebody may try. */
export const ACTION_KINDS = [
  'register', 'update', 'root-update', 'rotate', 'reserve', 'mark', 'release', 'policy', 'replay', 'transfer', 'root-transfer', 'cancel', 'topup', 'dispute',
  'dispute-closed', 'reassign', 'payment-reversed', 'payment-settled', 'early-tenure', 'validator', 'validator-retired', 'tokens', 'old-tokens',
] as const;

const VALIDATORS = ['north', 'south', 'east'].map(makeValidatorKey);

/** Action is one thing somebody tries, as plain numbers, so that a test library can invent and shrink it. */
export interface Action {
  readonly kind: (typeof ACTION_KINDS)[number];
  readonly who: number;
  readonly what: number;
  readonly value: number;
}

/** `bob` has few letters, so that its payment can be taken back. */
const NAMES = ['alice-cooper', 'alicecooper', 'b-o-b', 'carol', 'dave-the-8th'];

/**
 * FixtureHistory plays actions against a registry, well-formed for the state as it is when they are made, which is not always
 * when they are sealed: so a random history has stale, late, busy, reserved, barred, unsigned and repeated assertions in it.
 */
export class FixtureHistory {
  readonly log: FixtureLog;
  readonly sent: ParsedAssertion[] = [];
  #identities: fixtures.FixtureIdentity[];

  constructor(world: fixtures.FixtureRegistry) {
    this.log = new FixtureLog(world);
    this.#identities = ['alice', 'bob', 'carol'].map((label) => fixtures.makeIdentity(world.registry, label));
  }

  /** minute plays one seal. */
  minute(actions: readonly Action[], seconds = 60): void {
    const assertions = actions.map((action) => this.#make(action)).filter((one) => one !== null);
    this.sent.push(...assertions);
    this.log.seal(assertions, seconds);
  }

  /** play plays one seal after another. */
  play(plan: readonly (readonly Action[])[]): this {
    for (const actions of plan) this.minute(actions);
    return this;
  }

  /** tokens of the newest `seals` seals, of all who are given and take part; a third seal is one too old. */
  #tokens(seals: number, validators: readonly FixtureValidator[]): ParsedAssertion | null {
    const { log } = this;
    const enrolled = validators.filter(({ text }) => readValidator(log.state, text)?.entry.status === 'enrolled');
    const chosen = log.seals.slice(-seals).slice(0, 2);
    return enrolled.length === 0 ? null : makeTokens(log, chosen.map((sealed) => sealTokens(log, sealed, enrolled)));
  }

  #make(action: Action): ParsedAssertion | null {
    const { kind, who, what, value } = action;
    const { log } = this;
    const { state, world } = log;
    const at = who % this.#identities.length;
    const identity = this.#identities[at] as fixtures.FixtureIdentity;
    const name = NAMES[what % NAMES.length] as string;
    const record = readRecord(state, name)?.entry;
    const policy = readPolicy(state)?.entry;
    const reserved = readReserved(state, name.replaceAll('-', ''))?.entry.head ?? ZERO;
    switch (kind) {
      case 'register':
        return fixtures.makeRegister(world, identity, name, { service: `p${value}.example`, tenure: record?.ended === 'unpaid' ? record.tenure + 1 : 0 });
      case 'validator': {
        const validator = VALIDATORS[value % VALIDATORS.length] as FixtureValidator;
        const holder = this.#identities.find(({ udf }) => udf === record?.udf && value % 4 > 0) ?? identity;
        return record === undefined ? null : makeValidator(world, validator, holder, record, { prev: readValidator(state, validator.text)?.entry.head ?? ZERO });
      }
      case 'validator-retired': {
        const validator = VALIDATORS[value % VALIDATORS.length] as FixtureValidator;
        const enrolled = readValidator(state, validator.text)?.entry;
        const by = this.#identities.find(({ udf }) => udf === enrolled?.udf) ?? identity;
        return makeValidatorRetired(world, validator, by, enrolled?.head ?? ZERO);
      }
      case 'tokens':
      case 'old-tokens':
        return this.#tokens(kind === 'tokens' ? 1 : 2 + (value % 2), VALIDATORS.slice(0, 1 + (what % VALIDATORS.length)));
      case 'rotate': {
        if (readIdentity(state, identity.udf) === null) return null;
        const next = fixtures.nextIdentity(identity);
        this.#identities[at] = next;
        return fixtures.makeRotate(world, identity, next);
      }
      case 'reserve':
        return fixtures.makeReserve(world, name.replaceAll('-', ''), `reason ${value}`, reserved);
      case 'mark':
        return fixtures.makeMark(world, name.replaceAll('-', ''), { classes: [9], number: `${value}`, office: 'EUIPO', owner: 'Owner' }, reserved);
      case 'release':
        return fixtures.makeRelease(world, name.replaceAll('-', ''), reserved);
      case 'policy': {
        if (policy === undefined) return null;
        const last = policy.pending[0] ?? policy;
        return fixtures.makePolicy(world, { ...policy.policy, periodSec: 30 + (value % 30) }, last.number + 1, last.hash);
      }
      case 'replay':
        return this.sent[value % Math.max(1, this.sent.length)] ?? null;
      default:
        return record === undefined ? null : this.#about(record, action, identity);
    }
  }

  /** Mostly signed by whoever holds the name, now and then by the one who tries. */
  #about(record: RecordEntry, { kind, value, who }: Action, identity: fixtures.FixtureIdentity): ParsedAssertion | null {
    const { state, world } = this.log;
    const holder = value % 7 === 0 ? identity : (this.#identities.find(({ udf }) => udf === record.udf) ?? identity);
    const next = this.#identities[(who + 1) % this.#identities.length] as fixtures.FixtureIdentity;
    const earlier = readRecord(state, record.name, Math.max(0, record.tenure - 1))?.entry ?? record;
    switch (kind) {
      case 'update':
        return fixtures.makeUpdate(world, holder, record, { service: `u${value}.example` });
      case 'root-update':
        return fixtures.makeRootUpdate(world, holder, record, { service: `r${value}.example` });
      case 'transfer':
        return names.makeTransfer(world, holder, next.udf === holder.udf ? identity : next, record);
      case 'root-transfer':
        return names.makeRootTransfer(world, holder, next, record);
      case 'cancel':
        return names.makeCancel(world, record, value % 2 === 0 ? holder.key : holder.root);
      case 'topup':
        return names.makeTopup(world, value % 3 === 0 ? earlier : record);
      case 'dispute':
        return names.makeDispute(world, record, `D-${value % 3}`);
      case 'dispute-closed':
        return names.makeDispute(world, record, record.case ?? `D-${value % 3}`, 'dispute-closed');
      case 'reassign':
        return names.makeReassign(world, next, record, record.case === null ? { case: `D-${value % 3}` } : {});
      case 'payment-reversed':
      case 'payment-settled':
        return names.makePayment(world, record, kind);
      default: {
        const past = this.#identities.find(({ udf }) => udf === earlier.udf) ?? identity;
        return fixtures.makeUpdate(world, past, earlier, { service: `e${value}.example` });
      }
    }
  }
}
