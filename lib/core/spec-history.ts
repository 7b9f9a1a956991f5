import { makeIdentity, makeMark, makeRegister, makeRegistry, makeReserve, makeRootUpdate, makeRotate, makeUpdate, nextIdentity } from './assertion/fixtures';
import type { ParsedAssertion } from './assertion/parse';
import { FixtureLog } from './registry/fixture-log';
import { readRecord } from './registry/state';
import { inclusionPlan } from './tlog/inclusion';
import { runPlan } from './tlog/nodes';
import { fixtureProof } from './validation/fixture-proof';

/** specHistory plays the registry from which SPEC.md draws its examples: genesis; a reservation, a mark and a registration; an update, one by the root key, and a rotation. */
export function specHistory() {
  const world = makeRegistry('spec');
  const log = new FixtureLog(world);
  const seal = (...assertions: ParsedAssertion[]) => {
    const [refused] = log.seal(assertions).refused;
    if (refused) throw new Error(`the example history is refused: ${refused.code}`);
  };
  const alice = makeIdentity(world.registry, 'spec alice');
  const later = nextIdentity(alice);
  const reserve = makeReserve(world, 'admin');
  const mark = makeMark(world, 'acme', { classes: [9, 42], number: '018000000', office: 'EUIPO', owner: 'ACME S.p.A.' });
  const register = makeRegister(world, alice, '@Alice Cooper', { dns: ['192.0.2.53', '2001:db8::53'] });
  seal(reserve, mark, register);
  const sealedRegistration = fixtureProof(log, { kind: 'name', name: 'alicecooper', tenure: null });
  const record = readRecord(log.state, 'alicecooper')?.entry;
  if (!record) throw new Error('the example registers a name');
  const update = makeUpdate(world, alice, record, { service: 'example.net' });
  const rootUpdate = makeRootUpdate(world, alice, record, { service: 'comcast.0' });
  const rotate = makeRotate(world, alice, later);
  seal(update, rootUpdate, rotate);
  return { alice, later, log, mark, register, reserve, rootUpdate, rotate, sealedRegistration, update, world };
}

/** inclusionOf is the proof that an entry is in the newest tree of a log so short that one tile holds it. */
export function inclusionOf(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  const tile = new Uint8Array(leaves.length * 32);
  leaves.forEach((leaf, i) => tile.set(leaf, i * 32));
  return runPlan(inclusionPlan(index, leaves.length), leaves.length, () => tile);
}
