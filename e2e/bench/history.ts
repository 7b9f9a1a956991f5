import { FIXTURE_TIME_SEC, makeRegistry } from '@/lib/core/assertion/fixtures';
import { parseAssertion } from '@/lib/core/assertion/parse';
import { acceptSignatures, type VerifiedAssertion } from '@/lib/core/assertion/verify';
import { MapTree } from '@/lib/core/map/tree';
import { type Batch, batch, BEFORE_GENESIS, type LastSeal } from '@/lib/core/registry/batch';
import { DueIndex } from '../../lib/core/registry/due-index';
import { MemoryState } from '@/lib/core/registry/memory-state';
import type { Period } from '@/lib/core/validation/replay';
import { NameMaker, pairOf } from './names';

/** MemoryRegistry is a registry in memory, sealed as fast as `batch` goes and without checking a signature. */
export class MemoryRegistry {
  readonly registrar = pairOf('registrar');
  readonly world = makeRegistry('bench', { registrar: [this.registrar.key] });
  readonly names = new NameMaker({
    registry: this.world.registry,
    schedule: this.world.policy.schedule,
    notAfterSec: this.world.notAfter,
    registrar: this.registrar,
  });
  readonly state = new MemoryState();
  readonly map: MapTree;
  readonly due = new DueIndex();
  last: LastSeal | null = null;
  private edges = BEFORE_GENESIS.edges;
  private readonly kept: Period[] = [];

  constructor(expectedNames: number) {
    this.map = new MapTree(expectedNames * 2);
    this.seal([unchecked(this.world.genesis)]);
  }

  /** compute is a seal of these assertions, not committed. */
  compute(pending: readonly VerifiedAssertion[]): Batch {
    const { due, edges, last, map, state } = this;
    const computed = batch({ due, edges, last, map, pending, state, timeSec: last === null ? FIXTURE_TIME_SEC : last.timeSec + 60 });
    const [refused] = computed.refused;
    if (refused !== undefined) throw new Error(`a made assertion was refused: ${refused.code} ${refused.detail}`);
    return computed;
  }

  /** commit goes on to a computed seal. */
  commit(computed: Batch): void {
    computed.staged.commit();
    this.state.commit(computed.writes);
    this.due.commit(computed.writes);
    this.edges = computed.edges;
    this.last = computed.last;
    this.kept.push({ proofs: computed.proofs.entries, names: computed.names.entries });
  }

  /** seal computes a seal and goes on to it. */
  seal(pending: readonly VerifiedAssertion[]): Batch {
    const computed = this.compute(pending);
    this.commit(computed);
    return computed;
  }

  /** periods are all seals so far, as a follower reads them from the logs. */
  periods(): readonly Period[] {
    return this.kept;
  }
}

/** unchecked passes a made assertion off as checked. */
export function unchecked(parsed: VerifiedAssertion['parsed']): VerifiedAssertion {
  return acceptSignatures({ parsed, checks: [] }, []);
}

/** uncheckedBytes is `unchecked` for an assertion's bytes. */
export function uncheckedBytes(bytes: Uint8Array): VerifiedAssertion {
  return unchecked(parseAssertion(bytes));
}
