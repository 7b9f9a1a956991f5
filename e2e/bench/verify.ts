import { createHash, createPublicKey, verify as opensslVerify, type KeyObject } from 'node:crypto';
import { verifySignature } from '@/lib/core/keys/ed25519';
import { sign, publicKeyOf } from '@/lib/core/keys/sign';
import { toSign } from '@/lib/core/keys/dsse';
import { fastSigner } from '@/lib/native/fast-sign';
import { fastVerifier, loadSodium, type ToVerify } from '@/lib/native/fast-verify';
import type { Report } from './report';
import { type Bench, rateOf, ratesOf } from './rounds';

const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const KEYS = 200;
const EACH = 10;

/** benchVerify measures signature checks on one core: ours, the bare libraries below it, and the plain rule. */
export async function benchVerify(bench: Bench, report: Report): Promise<void> {
  const items = signedItems();
  const ours = fastVerifier();
  const sodium = loadSodium();
  const keys = new Map<string, KeyObject>();
  const keyOf = (publicKey: Uint8Array) => createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' });
  for (const { publicKey } of items) keys.set(Buffer.from(publicKey).toString('latin1'), keyOf(publicKey));
  const cached = (publicKey: Uint8Array) => keys.get(Buffer.from(publicKey).toString('latin1')) ?? keyOf(publicKey);
  const run = (check: (item: ToVerify) => boolean) => () => {
    for (const item of items) if (!check(item)) throw new Error('a good signature was refused');
  };

  bench.progress('signatures on one core');
  const rates = await ratesOf(items.length, bench.quick ? 3 : 7, {
    ours: run(({ publicKey, message, signature }) => ours.verify(publicKey, message, signature)),
    libsodium: sodium === null ? () => undefined : run(({ publicKey, message, signature }) => sodium.crypto_sign_verify_detached(signature, message, publicKey)),
    opensslCached: run(({ publicKey, message, signature }) => opensslVerify(null, message, cached(publicKey), signature)),
    opensslDer: run(({ publicKey, message, signature }) => opensslVerify(null, message, keyOf(publicKey), signature)),
  });
  const noble = await rateOf(KEYS, 2, () => {
    for (const { publicKey, message, signature } of items.slice(0, KEYS)) if (!verifySignature(publicKey, message, signature)) throw new Error('a good signature was refused');
  });
  const what = `signature checks, one core, by ${ours.name}`;
  const add = (name: string, value: number) => report.add('verify', { what, ours: rates.ours, unit: '/s', limit: { name, value } });
  if (sodium === null) report.add('verify', { what, ours: rates.ours, unit: '/s', note: 'libsodium is not available here' });
  else add('bare libsodium', rates.libsodium);
  add('OpenSSL, key objects kept', rates.opensslCached);
  add('OpenSSL, key from DER each time', rates.opensslDer);
  add('plain rule on noble', noble);
}

/** signedItems are signatures by 200 keys over messages as long as a short assertion. */
export function signedItems(): ToVerify[] {
  const items: ToVerify[] = [];
  for (let key = 0; key < KEYS; key++) {
    const seed = new Uint8Array(createHash('sha256').update(`bench ${key}`).digest());
    const publicKey = publicKeyOf(seed);
    const signer = fastSigner(seed);
    for (let i = 0; i < EACH; i++) {
      const what = toSign('signin', { text: `${key} ${i} ${'x'.repeat(400)}` });
      items.push({ publicKey, message: what.bytes, signature: i === 0 ? sign(what, seed) : signer(what) });
    }
  }
  return items;
}
