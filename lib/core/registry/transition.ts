import type { ParsedAssertion } from '../assertion/parse';
import { isRootTransfer } from '../assertion/name-payloads';
import { isRootUpdate, type Payload } from '../assertion/payloads';
import { checkSigners } from '../assertion/signers';
import type { VerifiedAssertion } from '../assertion/verify';
import { invariant, refuse } from '../refusal';
import { onDispute, onDisputeClosed, onReassign } from './on-dispute';
import { onPayment, onTopup } from './on-payment';
import { onGenesis, onPolicy } from './on-policy';
import { onRegister } from './on-register';
import { onReserved } from './on-reserved';
import { onRotate } from './on-rotate';
import { onTokens } from './on-tokens';
import { onCancel, onTransfer } from './on-transfer';
import { onUpdate } from './on-update';
import { onValidator, onValidatorRetired } from './on-validator';
import type { DueBook } from './due-index';
import type { SealContext, SealedNames } from './seal-context';
import { type NameLogEntry, type Overlay, type StateEntry, type StateReader, encodeEntry } from './state';

/**
 * transition says which name-log entries a verified assertion makes in a state, in order, or refuses. It is pure and the
 * only place where the rules of change stand: registry, validator and browser all call it. Signatures were checked before;
 * who must have signed is judged again here, by the state as it is now (a key may have been replaced since).
 * @throws Refusal whatever the assertion's type refuses, and `expired`, `chain-busy`, or what `checkSigners` refuses.
 */
export function transition(verified: VerifiedAssertion, state: StateReader, at: SealContext): StateEntry[] {
  const { parsed } = verified;
  const { payload } = parsed;
  checkSigners(parsed, state);
  if (payload.notAfter < at.timeSec) refuse('expired', 'The assertion had to be sealed earlier than this seal.');
  const entries = entriesOf(parsed, state, at);
  // Asked last: who comes too late for a name should hear that, and not that its chain is busy.
  for (const chain of chainsOf(payload)) {
    if (at.used.has(chain)) refuse('chain-busy', 'Another assertion of the same chain is in this seal. Wait for it.');
  }
  return entries;
}

function entriesOf({ payload, hash, certificate }: ParsedAssertion, state: StateReader, at: SealContext): StateEntry[] {
  switch (payload.type) {
    case 'genesis':
      return onGenesis(payload, hash, state, at);
    case 'policy':
      return onPolicy(payload, hash, state, at);
    case 'reserve':
    case 'mark':
    case 'release':
      return onReserved(payload, hash, state, at);
    case 'register':
      invariant(certificate !== null, 'a parsed registration has its certificate');
      return onRegister(payload, hash, certificate, state, at);
    case 'update':
      return onUpdate(payload, hash, state, at);
    case 'validator':
      return onValidator(payload, hash, state, at);
    case 'validator-retired':
      return onValidatorRetired(payload, hash, state, at);
    case 'tokens':
      return onTokens(payload, state, at);
    case 'transfer':
      invariant(certificate !== null, 'a parsed transfer has its certificate');
      return onTransfer(payload, hash, certificate, state, at);
    case 'cancel':
      return onCancel(payload, state, at);
    case 'topup':
      return onTopup(payload, hash, state, at);
    case 'dispute':
      return onDispute(payload, hash, state, at);
    case 'dispute-closed':
      return onDisputeClosed(payload, hash, state, at);
    case 'reassign':
      invariant(certificate !== null, 'a parsed reassignment has its certificate');
      return onReassign(payload, hash, certificate, state, at);
    case 'payment-reversed':
    case 'payment-settled':
      return onPayment(payload, hash, state, at);
    default:
      invariant(certificate !== null, 'a parsed rotation has its certificate');
      return onRotate(payload, certificate, state, at);
  }
}

/**
 * chainsOf names the chains an assertion takes for its seal: a second assertion of the same chain has to wait for the next
 * seal. What the root signs takes none, so that nobody can keep it out, and what ends a transfer works only once. A name holds no `/`, so names can't collide.
 */
export function chainsOf(payload: Payload): string[] {
  switch (payload.type) {
    case 'genesis':
    case 'policy':
      return ['policy'];
    case 'reserve':
    case 'mark':
    case 'release':
      return [`reserved/${payload.name}`];
    case 'register':
      return [`name/${payload.name}/${payload.tenure}/prev`, `name/${payload.name}/${payload.tenure}/after`];
    case 'update':
      return isRootUpdate(payload) ? [] : [`name/${payload.name}/${payload.tenure}/prev`];
    case 'validator':
    case 'validator-retired':
      return [`validator/${payload.vkey}`];
    case 'tokens':
      return ['tokens'];
    case 'transfer':
      return isRootTransfer(payload) ? [] : [`name/${payload.name}/${payload.tenure}/prev`];
    case 'cancel':
      return [];
    case 'topup':
    case 'dispute':
    case 'dispute-closed':
    case 'reassign':
    case 'payment-reversed':
    case 'payment-settled':
      return [`name/${payload.name}/${payload.tenure}/after`];
    default:
      return [`identity/${payload.udf}`];
  }
}

/** Written is a name-log entry with its bytes. */
export interface Written<Entry extends NameLogEntry = StateEntry> {
  readonly entry: Entry;
  readonly bytes: Uint8Array;
}

/** Place is where the next assertion of a seal goes; `takeAssertion` moves it on. */
export interface Place {
  readonly number: number;
  readonly timeSec: number;
  proofIndex: number;
  nextNameIndex: number;
  readonly used: Set<string>;
  readonly due: DueBook;
  readonly sealed: SealedNames | null;
  /** The entry that is thought to stand at a name-log index, so that one like it need not be made anew. Nothing rests on it. */
  readonly expected?: (nameIndex: number) => Uint8Array | undefined;
}

/**
 * takeAssertion runs `transition` and, if it does not refuse, writes the entries over the state and moves the place on. A
 * refused assertion leaves both as they were. Accepting and sealing both go through here, so what one takes the other takes.
 */
export function takeAssertion(verified: VerifiedAssertion, state: Overlay, place: Place): Written[] {
  const written = encodeEntries(transition(verified, state, place), place);
  for (const chain of chainsOf(verified.parsed.payload)) place.used.add(chain);
  place.proofIndex += 1;
  writeEntries(written, state, place);
  return written;
}

/** encodeEntries gives the entries their bytes at the next name-log indexes. */
export function encodeEntries(entries: readonly StateEntry[], { expected, nextNameIndex }: Place): Written[] {
  return entries.map((entry, i) => ({ bytes: encodeEntry(entry, expected?.(nextNameIndex + i)), entry }));
}

/** writeEntries writes entries over the state at the next name-log indexes, and notes what waits in them. */
export function writeEntries(written: readonly Written[], state: Overlay, place: Place): void {
  for (const { entry, bytes } of written) {
    state.apply(entry, bytes, place.nextNameIndex);
    place.due.note(entry);
    place.nextNameIndex += 1;
  }
}
