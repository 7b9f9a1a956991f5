import { openReceipt } from '../assertion/receipt';
import { encodeJson, type Json, parseJson } from '../bytes/canonical-json';
import { integer, nullable, object } from '../bytes/fields';
import { type Envelope, envelopeFromJson } from '../keys/dsse';
import { Refusal, refuse } from '../refusal';
import { MAX_TIME_SEC } from '../registry/limits';
import { CheckRun, type CheckStep, type Facts } from './check-step';
import { type Trust, type VerifiedState, verifyStateProof } from './light-client';
import { registrarKeys } from './policy-chain';
import { attempt, readStateProof, type StateProof } from './state-proof';

/** RECEIPT_FORMAT is the `format` of a receipt file, RECEIPT_EXTENSION how its name ends. */
export const RECEIPT_FORMAT = 'mns-receipt/v1';
export const RECEIPT_EXTENSION = '.mns-receipt.json';
/** MAX_RECEIPT_FILE_BYTES bounds a receipt file. */
export const MAX_RECEIPT_FILE_BYTES = 1_048_576;

/**
 * ReceiptFile is what a holder keeps: the state proof of the name as it was sealed, and, if there is one, the registrar's
 * promise that came before. It verifies offline, for ever, with nothing but the registry id.
 */
export interface ReceiptFile {
  /** When the file was made, by whoever made it: a note for people, nothing rests on it. */
  createdSec: number;
  format: typeof RECEIPT_FORMAT;
  proof: StateProof;
  receipt: Envelope | null;
}

/** ReadReceiptFile is the same after a strict look at its form; `proof` stays JSON, since `verifyStateProof` reads it itself. */
export interface ReadReceiptFile {
  readonly createdSec: number;
  readonly proof: Json;
  readonly receipt: Envelope | null;
}

/** encodeReceiptFile writes the file: canonical JSON, UTF-8. */
export function encodeReceiptFile(file: ReceiptFile): Uint8Array {
  const json: object = file;
  return encodeJson(json as Json);
}

/**
 * parseReceiptFile reads a receipt file's form; nothing is proved yet.
 * @throws Refusal `too-large`, `not-canonical`, `bad-proof-file`, and those of the JSON, field, envelope and proof readers.
 */
export function parseReceiptFile(bytes: Uint8Array): ReadReceiptFile {
  const value = parseJson(bytes, MAX_RECEIPT_FILE_BYTES);
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value['format'] !== RECEIPT_FORMAT) {
    return refuse('bad-proof-file', `This is not a receipt of the format ${RECEIPT_FORMAT}.`);
  }
  const fields = object(value, ['createdSec', 'format', 'proof', 'receipt'], 'file');
  readStateProof(fields.proof);
  return {
    createdSec: integer(fields.createdSec, 'file.createdSec', 0, MAX_TIME_SEC),
    proof: fields.proof,
    receipt: nullable(fields.receipt, (item) => envelopeFromJson(item, 'receipt', 'file.receipt')),
  };
}

/** VerifiedReceipt is the outcome for a whole file: the state's steps between those of the file and of the promise. */
export interface VerifiedReceipt extends VerifiedState {
  readonly createdSec: number | null;
  /** The seal by which the registrar had promised to log the assertion, if the file holds the promise. */
  readonly promisedBySeal: number | null;
}

const FILE_STEP = { code: 'file', title: 'The file is a receipt, complete and well formed' };
const PROMISE_STEP = { code: 'promise', title: 'The registrar kept its promise' };

/**
 * verifyReceiptFile checks a receipt file offline, step by step, from its bytes. Like `verifyStateProof` it never throws
 * for what is in them.
 */
export function verifyReceiptFile(bytes: Uint8Array, trust: Trust): VerifiedReceipt {
  const before = new CheckRun([FILE_STEP]);
  const file = before.all(() => before.step('file', (facts) => readFile(facts, bytes)));
  if (file === null) return { ...verifyStateProof(null, trust), createdSec: null, promisedBySeal: null, steps: before.steps };
  const state = verifyStateProof(file.proof, trust);
  const after = new CheckRun([PROMISE_STEP]);
  const promised = after.all(() => checkPromise(after, file, state));
  const steps: CheckStep[] = [...before.steps, ...state.steps, ...after.steps];
  return { ...state, createdSec: file.createdSec, ok: state.ok && promised !== null, promisedBySeal: promised?.bySeal ?? null, steps };
}

function readFile(facts: Facts, bytes: Uint8Array): ReadReceiptFile {
  facts.number('Size in bytes', bytes.length);
  const file = attempt(() => parseReceiptFile(bytes));
  if (file instanceof Refusal) throw file;
  facts.time('Written', file.createdSec);
  return file;
}

function checkPromise(run: CheckRun, file: ReadReceiptFile, state: VerifiedState): { bySeal: number | null } {
  const { receipt } = file;
  if (receipt === null || !state.ok || state.chain === null || state.seal === null) {
    run.skip('promise', receipt === null ? 'The file holds no promise, which is fine: the log itself is here.' : 'What it promised could not be verified.');
    return { bySeal: null };
  }
  const { chain, seal, assertions } = state;
  return run.step('promise', (facts) => {
    const { assertion, bySeal } = openReceipt(receipt, chain.registry, registrarKeys(chain));
    facts.hash('Promised assertion', assertion);
    facts.number('Promised by seal', bySeal);
    facts.number('This proof is of seal', seal.number);
    if (!assertions.some((one) => one.hash === assertion)) refuse('bad-proof-file', 'The promise is about another assertion than those shown.');
    return { bySeal };
  });
}
