import { FIXTURE_TIME_SEC, type FixtureRegistry, makeIdentity, makeMark, makeRegister, makeRegistry, makeReserve, makeRootUpdate, makeRotate, makeUpdate, nextIdentity } from './assertion/fixtures';
import type { ParsedAssertion } from './assertion/parse';
import { verifyAssertion } from './assertion/verify';
import { formatCheckpoint } from './checkpoint/checkpoint';
import { signWith } from './keys/sign';
import { MapTree } from './map/tree';
import { type Batch, batch, BEFORE_GENESIS, type Both } from './registry/batch';
import { EMPTY_STATE, readRecord, type StateReader } from './registry/state';
import { encodeBundle } from './tlog/bundle';
import { leafHash } from './tlog/hash';
import { inclusionPlan } from './tlog/inclusion';
import { runPlan } from './tlog/nodes';

/** SpecHistory is the short life of a registry from which SPEC.md draws its examples: three seals, made with fixed keys. */
export class SpecHistory {
  readonly world: FixtureRegistry = makeRegistry('spec');
  readonly batches: Batch[] = [];
  readonly entries: Both<Uint8Array[]> = { names: [], proofs: [] };
  readonly map = new MapTree();

  /** seal closes a minute with these assertions. */
  seal(...assertions: readonly ParsedAssertion[]): Batch {
    const before = this.batches.at(-1) ?? { ...BEFORE_GENESIS, state: EMPTY_STATE };
    const made = batch({
      edges: before.edges,
      last: before.last,
      map: this.map,
      pending: assertions.map((parsed) => verifyAssertion(parsed, before.state)),
      state: before.state,
      timeSec: FIXTURE_TIME_SEC + 60 * this.batches.length,
    });
    if (made.refused.length > 0) throw new Error(`the example history is refused: ${made.refused[0]?.code}`);
    made.staged.commit();
    for (const log of ['names', 'proofs'] as const) this.entries[log].push(...made[log].entries);
    this.batches.push(made);
    return made;
  }

  get state(): StateReader {
    return this.batches.at(-1)?.state ?? EMPTY_STATE;
  }

  /** checkpoint is the signed note of the newest seal. */
  checkpoint(log: 'names' | 'proofs'): string {
    const made = this.batches.at(-1);
    if (!made) throw new Error('nothing is sealed yet');
    const body = made.checkpoints[log];
    return formatCheckpoint(body, [signWith(body, this.world.logs[log].seed)]);
  }

  /** inclusion is the proof that an entry is in the newest tree. */
  inclusion(log: 'names' | 'proofs', index: number): Uint8Array[] {
    const leaves = this.entries[log].map(leafHash);
    const tile = new Uint8Array(leaves.length * 32);
    leaves.forEach((leaf, i) => tile.set(leaf, i * 32));
    return runPlan(inclusionPlan(index, leaves.length), leaves.length, () => tile);
  }

  bundle(log: 'names' | 'proofs'): Uint8Array {
    return encodeBundle(this.entries[log]);
  }
}

/** specHistory plays the example: genesis; a reservation, a mark and a registration; an update, one by the root key, and a rotation. */
export function specHistory() {
  const history = new SpecHistory();
  const { world } = history;
  const alice = makeIdentity(world.registry, 'spec alice');
  const later = nextIdentity(alice);
  history.seal(world.genesis);
  const reserve = makeReserve(world, 'admin');
  const mark = makeMark(world, 'acme', { classes: [9, 42], number: '018000000', office: 'EUIPO', owner: 'ACME S.p.A.' });
  const register = makeRegister(world, alice, '@Alice Cooper', { dns: ['192.0.2.53', '2001:db8::53'] });
  history.seal(reserve, mark, register);
  const record = readRecord(history.state, 'alicecooper')?.entry;
  if (!record) throw new Error('the example registers a name');
  const update = makeUpdate(world, alice, record, { service: 'example.net' });
  const rootUpdate = makeRootUpdate(world, alice, record, { service: 'comcast.0' });
  const rotate = makeRotate(world, alice, later);
  history.seal(update, rootUpdate, rotate);
  return { alice, history, later, mark, register, reserve, rootUpdate, rotate, update, world };
}
