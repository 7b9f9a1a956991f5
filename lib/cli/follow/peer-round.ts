import { Refusal } from '../../core/refusal';
import { CopyRefusal } from '../../copy/copy-refusal';
import { saveEvidence } from '../../copy/evidence-folder';
import type { Follower } from '../../copy/follow';
import { LogFault } from '../../copy/follow-faults';
import { httpSource } from '../../copy/http-source';
import type { CopyReader } from '../../copy/copy-reader';
import { type PeerHead, Peers } from '../../copy/peers';
import type { Io } from '../command';
import { peersOf } from '../policy/provider-policy';

/** How often heads are compared, at most. */
const ROUND_SEC = 60;
const PEER_TIMEOUT_MS = 5_000;
const MAX_NOTE_BYTES = 1_000_000;

/** PeerRound asks all peers of a copy for their newest checkpoint each minute and holds them against the copy. What is found is told once, until it changes. */
export class PeerRound {
  readonly #dir: string;
  readonly #io: Io;
  readonly #peers = new Peers();
  readonly #told = new Map<string, string>();
  #nextSec = 0;

  constructor(dir: string, io: Io) {
    this.#dir = dir;
    this.#io = io;
  }

  /** turn compares, if it is time. It never throws for what a peer says. */
  async turn(follower: Follower, reader: CopyReader): Promise<void> {
    const nowSec = this.#io.clock();
    if (follower.head === null || nowSec < this.#nextSec) return;
    this.#nextSec = nowSec + Math.min(ROUND_SEC, follower.policies.periodSec ?? ROUND_SEC);
    for (const head of this.#peers.waiting(reader)) await this.#compare(head, follower, reader);
    const addresses = peersOf(this.#dir);
    const heads = await Promise.all(addresses.map((peer) => this.#ask(peer, follower)));
    for (const head of heads) if (head !== null) await this.#compare(head, follower, reader);
  }

  async #ask(peer: string, follower: Follower): Promise<PeerHead | null> {
    try {
      const source = httpSource(peer, { fetch: this.#io.fetch, retries: 0, stop: this.#io.stop, timeoutMs: PEER_TIMEOUT_MS });
      const note = (await source.file('checkpoint', MAX_NOTE_BYTES)) ?? (await source.checkpoint('names'));
      return this.#peers.open(peer, Buffer.from(note).toString('utf8'), follower.policies);
    } catch (error) {
      if (error instanceof CopyRefusal || error instanceof Refusal) this.#tell(peer, `peer ${peer} can’t be compared: ${error.message}`);
      else throw error;
      return null;
    }
  }

  async #compare(head: PeerHead, follower: Follower, reader: CopyReader): Promise<void> {
    try {
      const view = await this.#peers.compare(head, reader, follower.accused);
      this.#tell(head.peer, view.state === 'ahead' ? `peer ${head.peer} has more of the log than is shown here: ${head.size.toLocaleString('en')} entries` : '');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#tell(head.peer, `the registry shows ${head.peer} another log than this machine. ${error.message}`);
      if (!(error instanceof LogFault)) return;
      const file = await saveEvidence(this.#dir, error.evidence);
      if (file !== null) this.#io.err(`evidence against the registry is in ${this.#dir}/evidence/${file}; mns verify shows it to anybody`);
    }
  }

  #tell(peer: string, line: string): void {
    const before = this.#told.get(peer) ?? '';
    if (line !== '' && line !== before) this.#io.err(line);
    this.#told.set(peer, line);
  }
}
