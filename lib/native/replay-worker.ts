import { parentPort } from 'node:worker_threads';
import { type AssertionReading, type ParsedAssertion, readAssertion } from '../core/assertion/parse';
import { acceptSignatures, planReading } from '../core/assertion/verify';
import { currentVerifier } from '../core/keys/ed25519';
import { Refusal } from '../core/refusal';
import { provideFastCrypto } from './fast-hash';
import { type CheckAnswer, type CheckJob, findingsText } from './replay-wire';

/*
 * A thread that parses proof-log entries and checks every signature in them. It knows no state: who should have signed is the
 * question of the thread that replays.
 */

/** How many certificates are remembered as checked, by the hash of their whole envelope. */
const MAX_CERTIFICATES = 200_000;

provideFastCrypto();
const verify = currentVerifier();
const certificates = new Set<string>();

function check({ id, bytes, ends }: CheckJob): CheckAnswer {
  const good: ParsedAssertion[] = [];
  let signatures = 0;
  for (const [i, end] of ends.entries()) {
    try {
      const reading = readAssertion(bytes.subarray(i === 0 ? 0 : ends[i - 1], end));
      signatures += checkOne(reading);
      good.push(reading.parsed);
    } catch (error) {
      if (error instanceof Refusal) return { id, kind: 'bad', at: i, code: error.code, detail: error.detail };
      return { id, kind: 'fault', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  }
  return { id, kind: 'good', signatures, text: findingsText(good) };
}

/** checkOne checks an assertion's signatures, and its certificate's unless the very same one was checked here before. It says how many. */
function checkOne(reading: AssertionReading): number {
  const { certificate } = reading.parsed;
  const isKnown = certificate !== null && certificates.has(certificate.hash);
  const plan = planReading(reading, isKnown);
  let sound = true;
  const results = plan.checks.map(({ publicKey, message, signature }) => (sound = sound && verify(publicKey, message, signature)));
  acceptSignatures(plan, results);
  if (certificate !== null && !isKnown) {
    if (certificates.size >= MAX_CERTIFICATES) certificates.clear();
    certificates.add(certificate.hash);
  }
  return plan.checks.length;
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
parentPort?.on('message', (job: CheckJob) => parentPort?.postMessage(check(job)));
