import * as fixtures from '../assertion/fixtures';
import type { ParsedAssertion } from '../assertion/parse';
import { ZERO } from '../assertion/payloads';
import { FixtureLog } from '../registry/fixture-log';
import { readIdentity, readPolicy, readRecord, readReserved } from '../registry/state';

/** Action is one thing somebody tries, as plain numbers, so that a test library can invent and shrink it. */
export interface Action {
  readonly kind: 'register' | 'update' | 'root-update' | 'rotate' | 'reserve' | 'mark' | 'release' | 'policy' | 'replay';
  readonly who: number;
  readonly what: number;
  readonly value: number;
}

export const ACTION_KINDS: readonly Action['kind'][] = ['register', 'update', 'root-update', 'rotate', 'reserve', 'mark', 'release', 'policy', 'replay'];

const NAMES = ['alice-cooper', 'alicecooper', 'b-o-b', 'carol', 'dave-the-8th'];

/**
 * FixtureHistory plays actions against a registry, well-formed for the state as it is when they are made, which is not always
 * when they are sealed: so a random history has stale, late, busy, reserved, unsigned and repeated assertions in it.
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

  #make({ kind, who, what, value }: Action): ParsedAssertion | null {
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
        return fixtures.makeRegister(world, identity, name, { service: `p${value}.example` });
      case 'update':
        return record === undefined ? null : fixtures.makeUpdate(world, identity, record, { service: `u${value}.example` });
      case 'root-update':
        return record === undefined ? null : fixtures.makeRootUpdate(world, identity, record, { service: `r${value}.example` });
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
      default:
        return this.sent[value % Math.max(1, this.sent.length)] ?? null;
    }
  }
}
