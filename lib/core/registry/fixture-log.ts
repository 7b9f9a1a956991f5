import { FIXTURE_TIME_SEC, type FixtureRegistry, makeRegistry } from '../assertion/fixtures';
import type { ParsedAssertion } from '../assertion/parse';
import { checkSignatures } from '../assertion/verify';
import { toBase64 } from '../bytes/base64';
import { formatCheckpoint } from '../checkpoint/checkpoint';
import { signWith } from '../keys/sign';
import { MapTree } from '../map/tree';
import type { Edge } from '../tlog/edge';
import { BEFORE_GENESIS, type Batch, type Both, type LastSeal, batch } from './batch';
import { DueIndex } from './due-index';
import type { GenesisOptions } from './genesis';
import { MemoryState } from './memory-state';

/** FixtureLog is a whole registry in memory: both logs, state, map, seals. For tests, benchmarks and examples. */
export class FixtureLog {
  /** The registry that seals: another one after it was continued (see `continueAs`). */
  world: FixtureRegistry;
  readonly state = new MemoryState();
  readonly map = new MapTree();
  readonly due = new DueIndex();
  readonly names: Uint8Array[] = [];
  readonly proofs: Uint8Array[] = [];
  /** The leaf hashes of both logs. */
  readonly leaves: Both<Uint8Array[]> = { names: [], proofs: [] };
  readonly seals: Batch[] = [];
  edges: Both<Edge> = BEFORE_GENESIS.edges;
  last: LastSeal | null = null;

  constructor(world: FixtureRegistry) {
    this.world = world;
    this.seal([world.genesis]);
  }

  /** seal closes a period with these assertions, `seconds` after the last seal. Refused ones are left out, as `refused` says. */
  seal(assertions: readonly ParsedAssertion[], seconds = 60): Batch {
    const { due, edges, last, map, state } = this;
    const timeSec = last === null ? FIXTURE_TIME_SEC : last.timeSec + seconds;
    const sealed = batch({ due, edges, last, map, pending: assertions.map((parsed) => checkSignatures(parsed)), state, timeSec });
    sealed.staged.commit();
    state.commit(sealed.writes);
    due.commit(sealed.writes);
    this.edges = sealed.edges;
    this.last = sealed.last;
    this.names.push(...sealed.names.entries);
    this.proofs.push(...sealed.proofs.entries);
    this.leaves.names.push(...sealed.names.leaves);
    this.leaves.proofs.push(...sealed.proofs.leaves);
    this.seals.push(sealed);
    return sealed;
  }

  /** continueAs seals the genesis of a registry, with keys of its own, that goes on from this log. */
  continueAs(label: string, options: Partial<GenesisOptions> = {}): Batch {
    const before = this.seals.at(-1);
    if (before === undefined) throw new Error('nothing is sealed yet');
    const { root, size } = before.heads.names;
    const continues = { map: before.seal.map.root, registry: this.world.registry, root: toBase64(root), size };
    this.world = makeRegistry(label, { continues, origin: `${label}.example`, ...options });
    return this.seal([this.world.genesis]);
  }

  /** notes are the signed checkpoints of a seal, the newest unless said otherwise. */
  notes(sealed: Batch | undefined = this.seals.at(-1)): Both<string> {
    if (sealed === undefined) throw new Error('nothing is sealed yet');
    const { logs } = this.world;
    const { names, proofs } = sealed.checkpoints;
    return { names: formatCheckpoint(names, [signWith(names, logs.names.seed)]), proofs: formatCheckpoint(proofs, [signWith(proofs, logs.proofs.seed)]) };
  }
}
