import { parentPort } from 'node:worker_threads';
import { fastVerifier, loadSodium, type ToVerify } from '@/lib/native/fast-verify';

/*
 * A thread that does nothing but check signatures, by the bare library where there is one: what all cores can do at most.
 */

const sodium = loadSodium();
const check = sodium === null ? fastVerifier().verify : (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => sodium.crypto_sign_verify_detached(signature, message, publicKey);

let items: ToVerify[] = [];

/** A thread's port has no origin to name. */
// oxlint-disable-next-line unicorn/require-post-message-target-origin
const answer = (text: string) => parentPort?.postMessage(text);

parentPort?.on('message', (job: { items: ToVerify[] } | { count: number }) => {
  if ('items' in job) {
    items = job.items;
    answer('ready');
    return;
  }
  let valid = 0;
  for (let i = 0; i < job.count; i++) {
    const item = items[i % items.length];
    if (item !== undefined && check(item.publicKey, item.message, item.signature)) valid += 1;
  }
  answer(valid === job.count ? 'done' : 'a good signature was refused');
});
