import { provideSha256, sha256 } from '@/lib/core/bytes/sha256';
import { fastHash, fastHashInto, provideFastCrypto } from '@/lib/native/fast-hash';
import { rateOf } from './rounds';

/** hashesOf counts the SHA-256 calls that `work` makes in this process. */
export function hashesOf(work: () => unknown): number {
  const hash = fastHash('sha256');
  const into = fastHashInto('sha256');
  let count = 0;
  provideSha256(
    (bytes) => {
      count += 1;
      return hash(bytes);
    },
    into === undefined
      ? undefined
      : (bytes, out, offset) => {
          count += 1;
          into(bytes, out, offset);
        },
  );
  count = 0;
  try {
    work();
  } finally {
    provideFastCrypto();
  }
  return count;
}

/** bareHashes is how many SHA-256 of 65 bytes, the length of an inner node, one core does a second. */
export function bareHashes(): Promise<number> {
  const node = new Uint8Array(65).fill(3);
  return rateOf(200_000, 3, () => {
    for (let i = 0; i < 200_000; i++) {
      node[0] = i;
      sha256(node);
    }
  });
}
