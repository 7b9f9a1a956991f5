import { fromBase64 } from '../core/bytes/base64';
import { type ParsedAssertion, readAssertion } from '../core/assertion/parse';
import { receiptToSign } from '../core/assertion/receipt';
import { acceptSignatures, planReading, type VerifiedAssertion } from '../core/assertion/verify';
import { attach } from '../core/keys/dsse';
import { Refusal } from '../core/refusal';
import type { StateReader } from '../core/registry/state';
import type { Database } from '../storage/database';
import { readHead, type StoredHead } from '../storage/heads';
import { acceptGroup, findAssertions, listPending, type NewPending } from '../storage/pending-store';
import { AcceptedState, type Position } from './accepted-state';
import { checkFits } from './check-fits';
import type { Accepted, AssertionStatus } from './context';
import { EnrolmentBudget } from './enrolment-budget';
import { type Candidate, Intake } from './intake';
import type { RegistryKeys } from './keys';
import type { LiveRegistry } from './live-registry';
import { Mutex } from './mutex';
import { refuseService, ServiceRefusal } from './service-refusal';
import type { VerifyMany } from './signatures';
import { BehindError, type StateCache } from './state-cache';
import { loadDue, loadStateFor } from './state-plan';

/** What waits in memory to be accepted; more is refused, so that no answer takes longer than a moment. */
const MAX_QUEUE = 2_000;
/** What waits for its turn at the accepted state beside groups and seals: quotes, pages, orders. More is refused. */
const MAX_TURNS = 2_000;
/** What waits for seals; more would make a seal so large that its minute could not be kept: 50,000 registrations, the heaviest kind, took 46 s on two busy cores. */
const MAX_WAITING = 100_000;
/** Without a seal for so many periods, and at least so many seconds (another process may be taking the lead), nothing more is promised: it could expire unsealed. */
const LATE_PERIODS = 3;
const LATE_MIN_SEC = 30;
/** How often a group is tried again because another process moved; then its callers are told to come back. */
const MAX_TRIES = 20;
const REBUILD_ROWS = 2_000;
/** Verified assertions kept for the seal; the rest is checked again when it is sealed. */
const MAX_KEPT = 20_000;
/** Stored rows checked in one go; then whatever else waits in the process gets its turn. */
const CHECKS_AT_ONCE = 32;

/** AcceptorParts are what an Acceptor works with. */
export interface AcceptorParts {
  db: Database;
  live: LiveRegistry;
  cache: StateCache;
  keys: RegistryKeys;
  clock: () => number;
  verifyMany: VerifyMany;
  /** catchUpSeals takes in seals that other processes made. */
  catchUpSeals: () => Promise<void>;
  log: (line: string) => void;
}

/**
 * Acceptor takes assertions in: each is checked against the state as it will be, stored durably in a group commit under
 * the accept lock, and only then promised. One a process; several on one database agree through the head row.
 */
export class Acceptor {
  /** counts for /metrics */
  readonly stats = { accepted: 0, refused: 0, groups: 0 };
  private readonly mutex = new Mutex();
  private readonly enrolments = new EnrolmentBudget();
  private readonly kept = new Map<string, { verified: VerifiedAssertion; bySeal: number }>();
  private state: AcceptedState;
  private stale = true;
  private checked = 0;
  private readonly intake: Intake;
  private closed = false;
  private readonly openedSec: number;

  constructor(private readonly parts: AcceptorParts) {
    this.state = this.emptyState(0);
    this.openedSec = parts.clock();
    this.intake = new Intake({ verifyMany: parts.verifyMany, load: (assertions) => this.foresee(assertions), accept: (group) => this.accept(group) });
  }

  get queued(): number {
    return this.intake.size;
  }

  get waiting(): number {
    return this.state.waiting;
  }

  /** keptCount is how many verified assertions are held for their seal. */
  get keptCount(): number {
    return this.kept.size;
  }

  /** submit accepts an assertion; resolves once it is durable. The same payload again gives the same answer. */
  submit(bytes: Uint8Array): Promise<Accepted> {
    // Each request comes by here, so that there is one promise and no more; what is thrown in here rejects it.
    return new Promise((resolve, reject) => {
      this.checkOpen();
      if (this.intake.size >= MAX_QUEUE) refuseService('overloaded', 'Too many changes are coming in at once. Try again in a moment.', 1);
      if (this.state.waiting >= MAX_WAITING) refuseService('overloaded', 'The next seal is full.', Math.max(1, this.parts.live.nextSealSec() - this.parts.clock()));
      const reading = readAssertion(bytes);
      checkFits(reading.parsed, this.parts.live, this.parts.clock());
      this.intake.add(planReading(reading, false), resolve, reject);
    });
  }

  /** rehearse does all of `submit`'s checks and stores nothing. */
  async rehearse(bytes: Uint8Array): Promise<void> {
    this.checkOpen();
    const verified = await this.check(bytes);
    checkFits(verified.parsed, this.parts.live, this.parts.clock());
    await this.inTurn(async () => {
      await this.refresh();
      await this.caughtUp(() => loadStateFor([verified.parsed], this.parts.cache, this.state, this.state.due));
      this.state.draft(this.expectedSealSec()).take(verified);
    });
  }

  /** loadState reads `keys` as they will be once all that is accepted is sealed. */
  loadState(keys: Uint8Array[]): Promise<StateReader> {
    return this.inTurn(async () => {
      await this.refresh();
      await this.caughtUp(() => this.parts.cache.load(keys));
      return this.state;
    });
  }

  /** status tells what became of a payload hash. */
  async status(hash: Uint8Array): Promise<AssertionStatus> {
    const found = await findAssertions(this.parts.db, [hash]);
    const place = found.get(Buffer.from(hash).toString('hex'));
    if (place === undefined) return { state: 'unknown' };
    if (place.state === 'refused') return { state: 'refused', code: place.code, detail: place.detail };
    const text = Buffer.from(hash).toString('base64');
    if (place.state === 'accepted') return { state: 'accepted', bySeal: place.bySeal, receipt: this.receipt(text, place.bySeal) };
    const { seal, proofIndex, nameIndex } = place;
    return { state: 'sealed', bySeal: seal, receipt: this.receipt(text, seal), seal, proofIndex, nameIndex: nameIndex ?? 0 };
  }

  /** exclusive runs `work` while nothing is accepted, cut or published in this process. */
  exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.mutex.run(work);
  }

  /** inTurn is `exclusive` for what callers ask for: refused as `overloaded` while too much waits. Groups and seals always get their turn. */
  async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.mutex.pending >= MAX_TURNS) refuseService('overloaded', 'Too many requests wait here at the moment. Try again in a moment.', 1);
    return this.exclusive(work);
  }

  /** noteCut tells that the sealer cut; call it inside `exclusive`. */
  async noteCut(head: StoredHead): Promise<void> {
    const { position } = this.state;
    if (this.stale || position.cutSeal !== position.seal || head.cutSeal !== position.seal + 1 || head.cutSeq > position.lastSeq) {
      this.stale = true;
      return;
    }
    try {
      await this.cut(head);
    } catch (error) {
      if (!(error instanceof BehindError)) throw error;
      this.stale = true;
    }
  }

  /** noteSealed tells that the live view went on to `seal`; `exact` says that it took just what was accepted. Inside `exclusive`. */
  noteSealed(seal: number, exact: boolean): void {
    // Whoever sealed it, this process or another one: the rows are gone.
    for (const [hash, { bySeal }] of this.kept) if (bySeal <= seal) this.kept.delete(hash);
    if (!exact || this.state.position.cutSeal !== seal || this.state.position.seal !== seal - 1) this.stale = true;
    else if (!this.stale) this.state.sealedCut(seal);
  }

  /** takeVerified gives the verified form of a pending row: kept from its acceptance, or checked now. Throws Refusal. */
  async takeVerified(hash: string, bytes: Uint8Array): Promise<VerifiedAssertion> {
    const kept = this.kept.get(hash)?.verified;
    if (kept !== undefined && Buffer.compare(kept.parsed.bytes, bytes) === 0) return kept;
    if (++this.checked % CHECKS_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
    return this.check(bytes);
  }

  /** close accepts what is queued and then nothing more. */
  async close(): Promise<void> {
    this.closed = true;
    await this.intake.empty();
  }

  private checkOpen(): void {
    if (this.closed) refuseService('overloaded', 'This process takes nothing in any more. Try again in a moment.', 1);
    const { live, clock } = this.parts;
    // A process that has just started may find an old seal: the next one is made at once.
    const sinceSec = Math.max(live.head.timeSec, this.openedSec);
    if (clock() - sinceSec > Math.max(LATE_PERIODS * live.periodSec, LATE_MIN_SEC)) refuseService('overloaded', 'Seals are late, so nothing new is promised. Try again in a moment.', Math.min(live.periodSec, LATE_MIN_SEC));
  }

  /** caughtUp does `load` again, after taking in what others did, while they are ahead of this process. */
  private async caughtUp(load: () => Promise<void>): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        return await load();
      } catch (error) {
        if (!(error instanceof BehindError) || tries >= MAX_TRIES) throw error;
        await this.moved();
      }
    }
  }

  /** foresee reads the state that a group will ask for while the groups before it are stored; what it can't read now, the group reads in its turn. */
  private async foresee(assertions: readonly ParsedAssertion[]): Promise<void> {
    try {
      await loadStateFor(assertions, this.parts.cache, this.state, this.state.due);
    } catch (error) {
      if (!(error instanceof BehindError)) this.parts.log(`reading ahead failed: ${saysWhat(error)}`);
    }
  }

  private async accept(group: readonly Candidate[]): Promise<void> {
    try {
      await this.exclusive(() => this.acceptGroup(group));
    } catch (error) {
      this.stale = true;
      this.parts.log(`accepting failed: ${saysWhat(error)}`);
      for (const one of group) one.refused(new ServiceRefusal('overloaded', 'The change could not be stored just now. Try again in a moment.', 2));
    }
  }

  private async acceptGroup(group: readonly Candidate[]): Promise<void> {
    const { cache } = this.parts;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      if (this.stale) await this.rebuild();
      try {
        await loadStateFor(group.map(({ verified }) => verified.parsed), cache, this.state, this.state.due);
      } catch (error) {
        if (!(error instanceof BehindError)) throw error;
        await this.moved();
        continue;
      }
      if (await this.tryGroup(group)) return;
      await this.moved();
    }
    for (const one of group) one.refused(new ServiceRefusal('overloaded', 'The registry is busy. Try again in a moment.', 1));
  }

  /** tryGroup judges and stores a group. It answers false, and changes nothing, if another process moved meanwhile. */
  private async tryGroup(group: readonly Candidate[]): Promise<boolean> {
    const { db, clock } = this.parts;
    const draft = this.state.draft(this.expectedSealSec());
    const bySeal = this.state.openSeal;
    const taken: Candidate[] = [];
    const refused: { one: Candidate; error: Refusal | ServiceRefusal }[] = [];
    for (const one of group) {
      const { payload } = one.verified.parsed;
      try {
        this.enrolments.check(payload, clock());
        draft.take(one.verified);
        this.enrolments.spend(payload);
        taken.push(one);
      } catch (error) {
        refused.push({ one, error: error instanceof Refusal || error instanceof ServiceRefusal ? error : this.faulty(one, error) });
      }
    }
    const rows: NewPending[] = taken.map(({ verified: { parsed } }) => ({ hash: fromBase64(parsed.hash, 32), bytes: parsed.bytes, bySeal }));
    const { position } = this.state;
    const lastSeq = rows.length === 0 ? await this.confirmed(position) : await acceptGroup(db, position, rows, clock());
    if (lastSeq === null) {
      for (const { verified } of taken) this.enrolments.giveBack(verified.parsed.payload);
      return false;
    }
    draft.keep(taken.map(({ verified }) => verified.parsed.hash), lastSeq);
    this.stats.groups += 1;
    this.stats.accepted += taken.length;
    this.stats.refused += refused.length;
    for (const { verified } of taken) if (this.kept.size < MAX_KEPT) this.kept.set(verified.parsed.hash, { verified, bySeal });
    // The next group goes on its way to the database first.
    setImmediate(() => {
      for (const [i, one] of taken.entries()) one.accepted({ hash: (rows[i] as NewPending).hash, bySeal, receipt: this.receipt(one.verified.parsed.hash, bySeal) });
    });
    for (const { one, error } of refused) void this.answerRefused(one, error);
    return true;
  }

  /** faulty is the answer to the one assertion that the rules stumbled over: a bug of ours, which must not cost the others their place. */
  private faulty({ verified }: Candidate, error: unknown): ServiceRefusal {
    this.parts.log(`accepting ${verified.parsed.hash} failed: ${saysWhat(error)}`);
    return new ServiceRefusal('overloaded', 'The change could not be judged just now. Try again in a moment.', 2);
  }

  /** confirmed gives the last seq if nobody moved since the group was judged: a refusal must not rest on an old state. */
  private async confirmed(position: Position): Promise<number | null> {
    if (this.parts.db.kind === 'embedded') return position.lastSeq;
    const head = await readHead(this.parts.db);
    return head.seal === position.seal && head.cutSeal === position.cutSeal && head.lastSeq === position.lastSeq ? position.lastSeq : null;
  }

  /** answerRefused gives the promise already made if the same payload was taken before: then it is refused only as a repetition. */
  private async answerRefused(one: Candidate, error: Refusal | ServiceRefusal): Promise<void> {
    const hash = fromBase64(one.verified.parsed.hash, 32);
    let status: AssertionStatus;
    try {
      status = await this.status(hash);
    } catch (fault) {
      one.refused(fault);
      return;
    }
    if (status.state === 'accepted' || status.state === 'sealed') one.accepted({ hash, bySeal: status.bySeal, receipt: status.receipt });
    else one.refused(error);
  }

  private async check(bytes: Uint8Array): Promise<VerifiedAssertion> {
    const plan = planReading(readAssertion(bytes), false);
    return acceptSignatures(plan, await this.parts.verifyMany(plan.checks));
  }

  private receipt(hash: string, bySeal: number) {
    const { keys, live } = this.parts;
    const toSign = receiptToSign({ assertion: hash, bySeal, registry: live.id });
    return attach(toSign, [{ publicKey: keys.registrar.publicKey, signature: keys.registrar.sign(toSign) }]);
  }

  private expectedSealSec(): number {
    const { live } = this.parts;
    const { position } = this.state;
    return live.nextSealSec() + (position.cutSeal > position.seal ? live.periodSec : 0);
  }

  /** refresh makes sure that what other processes accepted is known here. */
  private async refresh(): Promise<void> {
    if (this.parts.db.kind === 'postgres') await this.moved();
    else if (this.stale) await this.rebuild();
  }

  /** moved takes in what other processes have done: new seals, a cut, assertions accepted there. */
  private async moved(): Promise<void> {
    const { db, live } = this.parts;
    const head = await readHead(db);
    if (head.seal !== live.head.number) await this.parts.catchUpSeals();
    const { position } = this.state;
    if (this.stale || head.seal !== position.seal || head.cutSeal !== position.cutSeal) return this.rebuild();
    if (head.lastSeq !== position.lastSeq) await this.takeIn(position.lastSeq, Number.MAX_SAFE_INTEGER);
  }

  /** rebuild makes the accepted state anew from the pending rows. */
  private async rebuild(): Promise<void> {
    const { db, live } = this.parts;
    const head = await readHead(db);
    if (head.seal !== live.head.number) await this.parts.catchUpSeals();
    if (head.seal !== live.head.number) return;
    this.state = this.emptyState(head.cutSeq);
    this.stale = false;
    if (head.cutSeal > head.seal) {
      await this.takeIn(0, head.cutSeq);
      await this.cut(head);
    }
    await this.takeIn(head.cutSeq, Number.MAX_SAFE_INTEGER);
  }

  private async cut(head: StoredHead): Promise<void> {
    await loadDue(this.state.due, head.cutSec, this.parts.cache);
    this.state.cut(head.cutSeal, head.cutSec);
  }

  /** takeIn runs stored pending rows (afterSeq, throughSeq] over the state. What no longer fits is left to its seal, which says so. */
  private async takeIn(afterSeq: number, throughSeq: number): Promise<void> {
    const rows = await listPending(this.parts.db, afterSeq, throughSeq);
    for (let from = 0; from < rows.length; from += REBUILD_ROWS) {
      const chunk = rows.slice(from, from + REBUILD_ROWS);
      const checked: { verified: VerifiedAssertion; seq: number }[] = [];
      for (const { hash, bytes, seq } of chunk) {
        const verified = await this.takeVerified(Buffer.from(hash).toString('base64'), bytes).catch((error: unknown) => {
          if (error instanceof Refusal) return null;
          throw error;
        });
        if (verified !== null) checked.push({ verified, seq });
      }
      await loadStateFor(checked.map(({ verified }) => verified.parsed), this.parts.cache, this.state, this.state.due);
      const draft = this.state.draft(this.expectedSealSec());
      const hashes: string[] = [];
      for (const { verified } of checked) {
        try {
          draft.take(verified);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
        }
        // Promised all the same: its seal says what becomes of it.
        hashes.push(verified.parsed.hash);
      }
      draft.keep(hashes, Math.max(this.state.position.lastSeq, chunk.at(-1)?.seq ?? 0));
    }
  }

  private emptyState(lastSeq: number): AcceptedState {
    const { live, cache } = this.parts;
    const { head } = live;
    return new AcceptedState(cache, live.due, { seal: head.number, namesSize: head.names.size, proofsSize: head.proofs.size, lastSeq });
  }
}

function saysWhat(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
