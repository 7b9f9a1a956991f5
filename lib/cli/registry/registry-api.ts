import { openReceipt } from '../../core/assertion/receipt';
import { parseAssertionEnvelope } from '../../core/assertion/parse';
import type { Policy } from '../../core/assertion/payloads';
import { fromBase64 } from '../../core/bytes/base64';
import { canonicalText, type Json } from '../../core/bytes/canonical-json';
import { array, hash, integer, string } from '../../core/bytes/fields';
import { toHex } from '../../core/bytes/hex';
import { type Envelope, encodeEnvelope, envelopeFromJson } from '../../core/keys/dsse';
import { Refusal } from '../../core/refusal';
import { type Trust, type VerifiedState, verifyStateProof } from '../../core/validation/light-client';
import { everyChain, openPolicies, type PolicyChain, registrarKeys } from '../../core/validation/policy-chain';
import { refuseCli } from '../cli-refusal';
import type { Io } from '../command';
import { addressUnder, askServer, getJson, jsonOf, postJson } from '../http';

/** Net is what talking to a registry needs of the world. */
export type Net = Pick<Io, 'fetch' | 'stop' | 'clock'>;

/** KnownRegistry is a registry whose rules have been checked down from its genesis. */
export interface KnownRegistry {
  readonly url: string;
  readonly registry: string;
  readonly origin: string;
  readonly periodSec: number;
  /** The newest policy logged; a pending one counts, which is good enough to read prices and keys by version. */
  readonly policies: readonly Policy[];
  readonly registrar: readonly string[];
}

const POLL_MS = 300;
const MAX_POLICIES = 1_000;

/** fieldsOf reads an object of another machine, of which only some fields are looked at. @throws CliRefusal `bad-answer`. */
export function fieldsOf(value: Json, what: string): { [field: string]: Json | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : refuseCli('bad-answer', `${what} is not what it should be.`);
}

/** understood runs a reader over another machine's answer, and names what is wrong as that machine's fault. @throws CliRefusal `bad-answer`. */
export function understood<Value>(what: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) return refuseCli('bad-answer', `${what} does not hold: ${error.code}: ${error.detail}`);
    throw error;
  }
}

/** knowRegistry asks a registry for its rules and checks them. `pinned` is the registry id that is known already, or null on a first visit. @throws CliRefusal. */
export async function knowRegistry(net: Net, url: string, pinned: string | null): Promise<KnownRegistry> {
  const fields = fieldsOf(await getJson(net, addressUnder(url, '/api/v1/registry')), 'The answer about the registry');
  return understood('What the registry says of itself', () => {
    const registry = hash(fields['registry'] ?? null, 'registry');
    const envelopes = array(fields['policies'] ?? null, 'policies', MAX_POLICIES).map((item, index) => envelopeFromJson(item, 'assertion', `policies[${index}]`));
    const chain = openPolicies(envelopes, registry);
    if (pinned !== null && pinned !== registry) return refuseOther(pinned, chain);
    const policies = chain.policies.map(({ policy }) => policy);
    return { origin: chain.origin, periodSec: policies.at(-1)?.periodSec ?? 60, policies, registrar: registrarKeys(chain), registry, url };
  });
}

/** A registry that goes on from another one's logs is another registry: only the person can say that it is now theirs. */
function refuseOther(pinned: string, chain: PolicyChain): never {
  const isNext = everyChain(chain).some(({ registry }) => registry === pinned);
  const how = `If you choose it, say --registry ${chain.registry}`;
  return refuseCli('other-registry', isNext ? `This registry goes on from the one you know, under other keys. ${how}` : 'This is another registry than the one you know.');
}

/** proveState asks for the latest state of a name or identity and verifies it as a light client does. @throws CliRefusal `bad-answer` with the step that fails. */
export async function proveState(net: Net, url: string, path: string, trust: Trust): Promise<VerifiedState> {
  const state = verifyStateProof(await getJson(net, addressUnder(url, `/api/v1/${path}`)), trust);
  if (!state.ok) {
    const failed = state.steps.find((step) => step.state === 'failed');
    refuseCli('bad-answer', `The registry's proof does not hold: ${failed?.title ?? 'no step was done'}: ${failed?.problem?.detail ?? ''}`);
  }
  return state;
}

/** submit hands in an assertion and checks the registrar's promise. @throws CliRefusal. */
export async function submit(net: Net, known: KnownRegistry, envelope: Envelope): Promise<{ id: string; bySeal: number }> {
  const fields = fieldsOf(await postJson(net, addressUnder(known.url, '/api/v1/assertions'), encodeEnvelope(envelope)), 'The answer to the assertion');
  const { hash: payload } = parseAssertionEnvelope(envelope);
  return understood('The registrar’s promise', () => {
    const receipt = openReceipt(envelopeFromJson(fields['receipt'] ?? null, 'receipt'), known.registry, known.registrar);
    if (receipt.assertion !== payload) refuseCli('bad-answer', 'The registrar’s promise is about another assertion.');
    return { bySeal: receipt.bySeal, id: toHex(fromBase64(payload, 32)) };
  });
}

/** untilSealed waits until an assertion stands in a sealed minute. @throws CliRefusal `refused-there` if it was refused at sealing, `timed-out`. */
export async function untilSealed(net: Net, known: KnownRegistry, id: string, withinSec: number): Promise<{ seal: number }> {
  const untilSec = net.clock() + withinSec;
  for (;;) {
    const fields = fieldsOf(await getJson(net, addressUnder(known.url, `/api/v1/assertions/${id}`)), 'The state of the assertion');
    if (fields['state'] === 'sealed') return { seal: understood('The state of the assertion', () => integer(fields['seal'] ?? null, 'seal')) };
    if (fields['state'] === 'refused') return refuseCli('refused-there', `The registry refused it at sealing: ${canonicalText(fields['problem'] ?? null)}`);
    if (net.clock() >= untilSec) return refuseCli('timed-out', `It was not sealed within ${withinSec} s; it may be later.`);
    await pause(net, POLL_MS);
  }
}

/** pause waits, or ends at once when the person wants to stop. @throws CliRefusal `timed-out`. */
export function pause(net: Pick<Io, 'stop'>, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(stopped());
    };
    const timer = setTimeout(() => {
      net.stop.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (net.stop.aborted) stop();
    else net.stop.addEventListener('abort', stop, { once: true });
  });
}

function stopped(): Error {
  try {
    return refuseCli('timed-out', 'Stopped before it was done.');
  } catch (error) {
    return error as Error;
  }
}

/** fetchBytes fetches a file. @throws CliRefusal. */
export async function fetchBytes(net: Net, url: string): Promise<Uint8Array> {
  const answer = await askServer(net, url);
  if (answer.status !== 200) jsonOf(answer, url);
  return answer.status === 200 ? answer.body : refuseCli('bad-answer', `${url} answered ${answer.status}.`);
}

/** textField reads a text of another machine's answer, or null. */
export function textField(value: Json | undefined, path: string, maxBytes: number): string | null {
  return value === undefined || value === null ? null : understood(path, () => string(value, path, maxBytes));
}
