import type { VerifiedAssertion } from '../core/assertion/verify';
import { takeDue } from '../core/registry/due';
import { DueDraft, type DueReader } from '../core/registry/due-index';
import { Overlay, type StateReader } from '../core/registry/state';
import { takeAssertion, type Place } from '../core/registry/transition';

/** Position is how far the accepted assertions are taken in: it must be the head row's, or others have moved. */
export interface Position {
  /** number of the newest seal */
  seal: number;
  /** number of the last seal that was cut; above `seal` while it waits to be sealed */
  cutSeal: number;
  /** the highest sequence number given to an accepted assertion */
  lastSeq: number;
}

/** Start is where an AcceptedState begins: at a seal, with nothing accepted after it. */
export interface Start {
  seal: number;
  namesSize: number;
  proofsSize: number;
  lastSeq: number;
}

/** UsedOver is a set of chains over another that it leaves alone, so that a draft costs nothing to throw away. */
class UsedOver extends Set<string> {
  constructor(private readonly under: ReadonlySet<string>) {
    super();
  }

  override has(chain: string): boolean {
    return super.has(chain) || this.under.has(chain);
  }
}

/** Draft is a group of assertions on trial: take them one by one, then keep or forget the draft. */
export interface Draft {
  /** take runs the rules and throws their Refusal. */
  take(verified: VerifiedAssertion): void;
  /** keep makes the draft part of what is accepted; `hashes` are those that were taken, `lastSeq` the position after them. */
  keep(hashes: readonly string[], lastSeq: number): void;
}

/**
 * AcceptedState is the state as it will be once all that is accepted is sealed: over the sealed state the assertions of a
 * cut seal, over those the open ones, each run through the same rules in the same order as at sealing.
 */
export class AcceptedState implements StateReader {
  position: Position;
  private under: { cut: { state: Overlay; due: DueDraft } | null } = { cut: null };
  private open: Overlay;
  private openDue: DueDraft;
  private place: Place;
  private readonly bySeal = new Map<string, number>();

  constructor(
    private readonly sealed: StateReader,
    private readonly sealedDue: DueReader,
    start: Start,
  ) {
    this.position = { seal: start.seal, cutSeal: start.seal, lastSeq: start.lastSeq };
    this.open = new Overlay(this.over(this.under));
    this.openDue = new DueDraft(this.dueOver(this.under));
    this.place = { due: this.openDue, number: start.seal + 1, timeSec: 0, proofIndex: start.proofsSize, nextNameIndex: start.namesSize, sealed: null, used: new Set() };
  }

  /** openSeal is the number of the seal that takes what is accepted now. */
  get openSeal(): number {
    return this.place.number;
  }

  /** waiting is how many accepted assertions this process knows that are not sealed yet. */
  get waiting(): number {
    return this.bySeal.size;
  }

  /** promisedSeal is the seal an accepted, unsealed assertion was promised for, or null. */
  promisedSeal(hash: string): number | null {
    return this.bySeal.get(hash) ?? null;
  }

  get(key: Uint8Array) {
    return this.open.get(key);
  }

  /** due is what waits in the state as it will be. */
  get due(): DueReader {
    return this.openDue;
  }

  /** draft begins a group; `timeSec` is when its seal is expected. Its keys must be loaded. */
  draft(timeSec: number): Draft {
    const overlay = new Overlay(this.open);
    const due = new DueDraft(this.openDue);
    const place: Place = { ...this.place, due, timeSec, used: new UsedOver(this.place.used) };
    return {
      take: (verified) => void takeAssertion(verified, overlay, place),
      keep: (hashes, lastSeq) => {
        for (const { key, item } of overlay.writes()) this.open.put(key, item);
        due.keepIn(this.openDue);
        for (const chain of place.used) this.place.used.add(chain);
        this.place.proofIndex = place.proofIndex;
        this.place.nextNameIndex = place.nextNameIndex;
        for (const hash of hashes) this.bySeal.set(hash, this.place.number);
        this.position = { ...this.position, lastSeq };
      },
    };
  }

  /**
   * cut closes the open seal at its time: what has fallen due takes effect, and what comes now belongs to the next seal. What
   * falls due must be loaded (`loadDue`). Throws the Refusal of a policy that can't be followed.
   */
  cut(cutSeal: number, cutSec: number): void {
    const place: Place = { ...this.place, timeSec: cutSec };
    takeDue(this.open, place);
    this.under = { cut: { due: this.openDue, state: this.open } };
    this.open = new Overlay(this.over(this.under));
    this.openDue = new DueDraft(this.dueOver(this.under));
    // The seal's own entry comes between.
    this.place = { ...place, due: this.openDue, number: cutSeal + 1, nextNameIndex: place.nextNameIndex + 1, used: new Set() };
    this.position = { ...this.position, cutSeal };
  }

  /** sealed drops the cut seal's assertions: the sealed state has them now. */
  sealedCut(seal: number): void {
    this.under.cut = null;
    this.position = { ...this.position, seal };
    for (const [hash, bySeal] of this.bySeal) if (bySeal <= seal) this.bySeal.delete(hash);
  }

  /** The base of an overlay is asked anew at each read: the cut goes away under an overlay that stays. */
  private over(under: AcceptedState['under']): StateReader {
    return { get: (key) => (under.cut?.state ?? this.sealed).get(key) };
  }

  private dueOver(under: AcceptedState['under']): DueReader {
    const below = () => under.cut?.due ?? this.sealedDue;
    return { candidates: (timeSec) => below().candidates(timeSec), givenBy: (udf) => below().givenBy(udf), waits: (name) => below().waits(name) };
  }
}
