import { equalBytes } from '../core/bytes/bytes';
import { toBase64 } from '../core/bytes/base64';
import { refuse } from '../core/refusal';
import { rootFromTiles } from '../core/tlog/nodes';
import { rootBytes } from './copy-head';
import type { CopyReader } from './copy-reader';
import { type Accused, type LogFault, forkFault } from './follow-faults';
import type { PolicyWatch } from './policy-watch';

/** PeerHead is the newest checkpoint that another provider showed, signed by the registry. */
export interface PeerHead {
  readonly peer: string;
  readonly size: number;
  readonly root: Uint8Array;
  readonly note: string;
}

/** PeerView is what comparing with a peer gave. */
export interface PeerView {
  readonly peer: string;
  readonly size: number;
  /** `ahead`: the peer has more than this copy, which will be compared when it is here. */
  readonly state: 'same' | 'behind' | 'ahead';
}

/**
 * Peers compares this copy with what other providers have been shown. A registry that shows two histories has signed both: then
 * there is evidence.
 */
export class Peers {
  /** Heads that were larger than the copy when they were seen, by peer. */
  readonly #ahead = new Map<string, PeerHead>();

  /** open reads a peer's checkpoint. @throws Refusal `untrusted-note` …: what the registry has not signed says nothing of it. */
  open(peer: string, note: string, policies: PolicyWatch): PeerHead {
    const { root, size } = policies.open('names', note);
    return { note, peer, root, size };
  }

  /** compare holds a peer's head against the copy. @throws LogFault `forked-log` with evidence; Refusal `forked-log` without. */
  async compare(head: PeerHead, reader: CopyReader, accused: Accused): Promise<PeerView> {
    const own = reader.needHead();
    const view = { peer: head.peer, size: head.size };
    if (head.size > own.names.size) {
      this.#ahead.set(head.peer, head);
      return { ...view, state: 'ahead' };
    }
    this.#ahead.delete(head.peer);
    if (head.size < Math.max(1, reader.names.first)) return { ...view, state: 'behind' };
    const isSame = head.size === own.names.size;
    const root = isSame ? rootBytes(own.names) : rootFromTiles(head.size, (ref) => reader.names.tile(ref));
    if (equalBytes(root, head.root)) return { ...view, state: isSame ? 'same' : 'behind' };
    if (own.names.note === null) return refuse('forked-log', `${head.peer} was shown another name log of ${head.size} entries: root ${toBase64(head.root)}, here ${toBase64(root)}.`);
    throw await this.#fault(head, own.names.note, reader, accused);
  }

  /** waiting are heads seen earlier that the copy has reached since. */
  waiting(reader: CopyReader): PeerHead[] {
    const { size } = reader.needHead().names;
    return [...this.#ahead.values()].filter((head) => head.size <= size);
  }

  async #fault(head: PeerHead, note: string, reader: CopyReader, accused: Accused): Promise<LogFault> {
    return forkFault(accused, 'names', note, head.note, (ref) => reader.names.tile(ref));
  }
}

