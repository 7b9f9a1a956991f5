import type { Base64, Policy } from '../core/assertion/payloads';
import type { MapTree } from '../core/map/tree';
import type { Both, LastSeal } from '../core/registry/batch';
import type { DueIndex } from '../core/registry/due-index';
import type { PolicyEntry } from '../core/registry/state';
import type { Edge, TreeHead } from '../core/tlog/edge';
import type { RegistryView } from './context';

/** SealFacts are a seal and the two signed checkpoints it was published with. */
export interface SealFacts {
  number: number;
  timeSec: number;
  names: TreeHead;
  proofs: TreeHead;
  map: TreeHead;
  /** signed notes */
  notes: Both<string>;
}

/** Advance is what a new seal changes in the live view. */
export interface Advance {
  seal: SealFacts;
  edges: Both<Edge>;
  /** the policy entry, if the seal brought one */
  policy: PolicyEntry | null;
}

const RECENT_SEALS = 10;

/**
 * LiveRegistry is what this process knows of the registry, at its newest seal: heads, edges, map, policy. It changes only in
 * `advance`, after the seal is in the database; whoever reads it without waiting in between sees one seal.
 */
export class LiveRegistry implements RegistryView {
  readonly id: Base64;
  readonly origin: string;
  private entry: PolicyEntry;
  private newest: SealFacts;
  private currentEdges: Both<Edge>;
  private readonly seals: SealFacts[];
  private readonly listeners = new Set<(seal: SealFacts) => void>();
  private readonly lineListeners = new Set<() => void>();
  private lines: string[] = [];

  constructor(
    readonly map: MapTree,
    /** what of the sealed state waits */
    readonly due: DueIndex,
    start: Advance & { policy: PolicyEntry; recent: readonly SealFacts[] },
    private readonly clock: () => number,
  ) {
    this.id = start.policy.registry;
    this.origin = start.policy.origin;
    this.entry = start.policy;
    this.newest = start.seal;
    this.currentEdges = start.edges;
    this.seals = [...start.recent].slice(0, RECENT_SEALS);
  }

  /** head is the newest seal. */
  get head(): SealFacts {
    return this.newest;
  }

  /** last is the newest seal as `batch` wants it. */
  get last(): LastSeal {
    const before = this.seals[1];
    return { index: this.newest.names.size - 1, number: this.newest.number, prev: before === undefined ? null : before.names.size - 1, timeSec: this.newest.timeSec };
  }

  get edges(): Both<Edge> {
    return this.currentEdges;
  }

  /** recent are the newest seals, newest first. */
  get recent(): readonly SealFacts[] {
    return this.seals;
  }

  get periodSec(): number {
    return this.entry.policy.periodSec;
  }

  policy(): Policy {
    return this.entry.policy;
  }

  policyEntry(): PolicyEntry {
    return this.entry;
  }

  /** nextSealSec is the next whole period of the clock: when the minute loop closes the running seal. */
  nextSealSec(): number {
    const nowSec = Math.max(this.clock(), this.newest.timeSec);
    return (Math.floor(nowSec / this.periodSec) + 1) * this.periodSec;
  }

  /** advance goes to the next seal and tells the listeners. */
  advance({ seal, edges, policy }: Advance): void {
    this.newest = seal;
    this.lines = [];
    this.currentEdges = edges;
    if (policy !== null) this.entry = policy;
    this.seals.unshift(seal);
    this.seals.length = Math.min(this.seals.length, RECENT_SEALS);
    for (const listener of this.listeners) listener(seal);
  }

  /** onSeal calls back after each new seal; the function returned ends that. */
  onSeal(listener: (seal: SealFacts) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** headLines are the signature lines of witnesses and validators that this process has taken in on the newest name-log checkpoint. */
  get headLines(): readonly string[] {
    return this.lines;
  }

  /** addLine takes in a verified line on the name-log checkpoint of a seal; on an older seal than the newest it changes nothing here. */
  addLine(seal: number, line: string): void {
    if (seal !== this.newest.number || this.lines.includes(line)) return;
    this.lines.push(line);
    for (const listener of this.lineListeners) listener();
  }

  /** onLine calls back when a line has come for the newest checkpoint; the function returned ends that. */
  onLine(listener: () => void): () => void {
    this.lineListeners.add(listener);
    return () => this.lineListeners.delete(listener);
  }
}
