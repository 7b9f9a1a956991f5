import type { VerifiedAssertion } from '../assertion/verify';
import { compareBytes, equalBytes } from '../bytes/bytes';
import { toHex } from '../bytes/hex';
import { openCheckpoint } from '../checkpoint/checkpoint';
import { parseVkey } from '../note/vkey';
import { Refusal, type RefusalCode } from '../refusal';
import type { Batch, Both, LogGrowth } from '../registry/batch';
import type { LogKind } from '../registry/policy';
import { keyText, nameKey, policyKey, readPolicy } from '../registry/state';
import { appendLeaves, type Edge, emptyEdge, headOf, type Tile, type TreeHead } from '../tlog/edge';
import { leafHash } from '../tlog/hash';
import { formatTilePath, TILE_WIDTH } from '../tlog/tile-path';
import { type Period, Replayer, ReplayMismatch, sealOf } from './replay';

/** FindingCode says what kind of damage a finding is: a refusal of the replay, or one of these. */
export type FindingCode = RefusalCode | 'wrong-leaf' | 'wrong-tile' | 'missing-tile' | 'wrong-note' | 'wrong-head' | 'wrong-map' | 'missing-map' | 'unsealed-entries' | 'other-registry' | 'not-checked';

/** Finding is one thing that is not as it must be; `where` names it as `names/17`, `proofs/tile/0/005`, `seal/4`, `map/<hex>`. */
export interface Finding {
  readonly code: FindingCode;
  readonly where: string;
  readonly detail: string;
}

/** StoredPeriod is a period as a store holds it. What is left out is not checked. */
export interface StoredPeriod extends Period {
  /** The same assertions with their signatures checked already, on other threads perhaps. */
  readonly assertions?: readonly VerifiedAssertion[];
  readonly leaves?: Both<readonly Uint8Array[]>;
  readonly notes?: Both<string>;
}

/** GrownTile is a tile that a period completed; compare it with the stored one by `tile`. */
export interface GrownTile extends Tile {
  readonly log: LogKind;
}

/** MAX_FINDINGS bounds the list; more are only counted. */
export const MAX_FINDINGS = 1_000;

/**
 * Fsck rebuilds everything that follows from the two logs and compares it with what is stored: leaf hashes, tiles, roots,
 * signed checkpoints, every record, the map. It is fed period by period, so that the caller may read from anywhere and logs
 * of any length fit; only the state and the map stay in memory.
 *
 * After the first entry that fails replay it goes on with hashes, tiles and notes alone, and says what it could not check.
 */
export class Fsck {
  readonly findings: Finding[] = [];
  readonly #replayer = Replayer.fromGenesis();
  readonly #registry: string | null;
  #edges: Both<Edge> = { names: emptyEdge(), proofs: emptyEdge() };
  #isReplaying = true;
  #count = 0;
  #mapLeaves = 0;
  #lastKey: Uint8Array | null = null;

  /** `registry` is the id that the genesis must have, base64; null takes any. */
  constructor(registry: string | null) {
    this.#registry = registry;
  }

  /** The number of findings, those left out of the list too. */
  get count(): number {
    return this.#count;
  }

  /** The sizes and roots rebuilt so far. */
  heads(): Both<TreeHead> {
    return { names: headOf(this.#edges.names), proofs: headOf(this.#edges.proofs) };
  }

  /** The edges of both logs, rebuilt so far. */
  get edges(): Both<Edge> {
    return this.#edges;
  }

  /** period takes the next period and gives the tiles that it completed. */
  period(stored: StoredPeriod): GrownTile[] {
    const first = { names: this.#edges.names.size, proofs: this.#edges.proofs.size };
    const sealed = this.#replay(stored);
    const tiles: GrownTile[] = [];
    const grown = (log: LogKind): Edge => {
      const growth: LogGrowth | undefined = sealed?.[log];
      // What replayed is byte for byte what is stored, so its hashes serve.
      const leaves = growth?.leaves ?? stored[log].map(leafHash);
      const { edge, tiles: full } = appendLeaves(this.#edges[log], leaves);
      for (const tile of full) tiles.push({ ...tile, log });
      if (stored.leaves !== undefined) this.#compareLeaves(log, first[log], leaves, stored.leaves[log]);
      return edge;
    };
    this.#edges = { names: grown('names'), proofs: grown('proofs') };
    if (stored.notes !== undefined) this.#compareNotes(stored.notes);
    return tiles;
  }

  /** tile compares a tile with the stored one, null if there is none. */
  tile(grown: GrownTile, stored: Uint8Array | null): void {
    const where = `${grown.log}/${formatTilePath({ index: grown.index, level: grown.level, width: TILE_WIDTH })}`;
    if (stored === null) this.#find('missing-tile', where, 'A full tile is not stored.');
    else if (!equalBytes(stored, grown.hashes)) this.#find('wrong-tile', where, 'The stored tile is not that of the entries.');
  }

  /** mapLeaf compares one stored leaf of the map. Leaves come in ascending order of key; `index` is that of the name-log entry, if stored. */
  mapLeaf(key: Uint8Array, value: Uint8Array, index?: number): void {
    if (!this.#isReplaying) return;
    const where = `map/${toHex(key)}`;
    if (this.#lastKey !== null && compareBytes(this.#lastKey, key) >= 0) this.#find('wrong-map', where, 'The keys do not ascend.');
    this.#lastKey = key;
    this.#mapLeaves += 1;
    const expected = this.#replayer.map.get(key);
    if (expected === null) this.#find('wrong-map', where, 'The logs do not give this key.');
    else if (!equalBytes(expected, value)) this.#find('wrong-map', where, 'The logs give another value for this key.');
    else if (index !== undefined && this.#replayer.state.bytesOf(key)?.index !== index) this.#find('wrong-map', where, 'The logs give the entry another index.');
  }

  /** waiting compares the keys of which a store says that something waits in their entries; what it leaves out would never fall due. */
  waiting(keys: Iterable<Uint8Array>): void {
    if (!this.#isReplaying) return;
    const expected = new Map(this.#replayer.due.all().map(({ name }) => [keyText(name === '' ? policyKey() : nameKey(name)), name]));
    for (const key of keys) {
      if (!expected.delete(keyText(key))) this.#find('wrong-map', `map/${toHex(key)}`, 'It is stored that something waits here, and nothing does.');
    }
    for (const name of expected.values()) this.#find('missing-map', 'map', `It is not stored that something waits for ${name === '' ? 'the policy' : `@${name}`}.`);
  }

  /** finish checks what can be judged only at the end, and gives all findings. `heads` are the stored ones; `open` is the number of entries after the last seal. */
  finish(end: { readonly heads?: Both<TreeHead>; readonly open?: number; readonly hasMap?: boolean } = {}): Finding[] {
    const rebuilt = this.heads();
    for (const log of ['names', 'proofs'] as const) {
      const head = end.heads?.[log];
      if (head === undefined) continue;
      if (head.size !== rebuilt[log].size) this.#find('wrong-head', log, `The stored size is ${head.size}, that of the entries ${rebuilt[log].size}.`);
      else if (!equalBytes(head.root, rebuilt[log].root)) this.#find('wrong-head', log, 'The stored root is not that of the entries.');
    }
    if ((end.open ?? 0) > 0) this.#find('unsealed-entries', 'names', `${end.open} entries stand after the last seal.`);
    if (end.hasMap === true && this.#isReplaying && this.#mapLeaves < this.#replayer.map.size) {
      this.#find('missing-map', 'map', `${this.#replayer.map.size - this.#mapLeaves} keys of the map are not stored.`);
    }
    this.#checkRegistry();
    if (!this.#isReplaying) this.#find('not-checked', 'map', 'Records after the first bad entry, and the map, could not be checked.');
    return this.findings;
  }

  #replay(stored: StoredPeriod): Batch | null {
    if (!this.#isReplaying) return null;
    try {
      const { assertions, names } = stored;
      const sealed =
        assertions === undefined ? this.#replayer.replayPeriod(stored) : this.#replayer.replay(assertions, sealOf(names, this.#edges.names.size).timeSec, names);
      return sealed;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const where = error instanceof ReplayMismatch ? `${error.log}/${error.index}` : `names/${this.#edges.names.size}`;
      this.#find(error.code, where, error.detail);
      this.#isReplaying = false;
      return null;
    }
  }

  /** Judged at the end: a registry may go on from another one's logs. */
  #checkRegistry(): void {
    const registry = readPolicy(this.#replayer.state)?.entry.registry;
    if (this.#registry !== null && registry !== undefined && registry !== this.#registry) this.#find('other-registry', 'proofs/0', `The genesis is that of the registry ${registry}.`);
  }

  #compareLeaves(log: LogKind, first: number, computed: readonly Uint8Array[], stored: readonly Uint8Array[]): void {
    for (let i = 0; i < Math.max(computed.length, stored.length); i++) {
      const [expected, found] = [computed[i], stored[i]];
      if (expected === undefined || found === undefined || !equalBytes(expected, found)) this.#find('wrong-leaf', `${log}/${first + i}`, 'The stored leaf hash is not that of the entry.');
    }
  }

  #compareNotes(notes: Both<string>): void {
    const entry = readPolicy(this.#replayer.state)?.entry;
    const heads = this.heads();
    for (const log of ['names', 'proofs'] as const) {
      const where = `${log}/checkpoint/${heads[log].size}`;
      try {
        const { size, root } = openCheckpoint(notes[log], (entry?.policy.logs[log] ?? []).map(parseVkey));
        if (size !== heads[log].size || !equalBytes(root, heads[log].root)) this.#find('wrong-note', where, 'The signed checkpoint is not that of the entries.');
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        this.#find('wrong-note', where, `The checkpoint does not open: ${error.code}. ${error.detail}`);
      }
    }
  }

  #find(code: FindingCode, where: string, detail: string): void {
    this.#count += 1;
    if (this.findings.length < MAX_FINDINGS) this.findings.push({ code, detail, where });
  }
}
