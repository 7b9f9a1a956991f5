import { parentPort } from 'node:worker_threads';
import { fastVerifier } from './fast-verify';
import { unpackChecks, type VerifyAnswer, type VerifyJob } from './verify-wire';

/*
 * A thread that checks signatures, and nothing else: it is told key, message and signature.
 */

const { verify } = fastVerifier();

function answer(job: VerifyJob): VerifyAnswer {
  const good = Uint8Array.from(unpackChecks(job), ({ publicKey, message, signature }) => (verify(publicKey, message, signature) ? 1 : 0));
  return { id: job.id, good };
}

parentPort?.on('message', (job: VerifyJob) => {
  const found = answer(job);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  parentPort?.postMessage(found, [found.good.buffer]);
});
// What the first answer needs is loaded: from now on it is quick.
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
parentPort?.postMessage('ready');
