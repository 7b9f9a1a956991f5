/** LARGE_BYTES: answers over UDP up to this are given without counting. */
export const LARGE_BYTES = 512;
/** Larger ones a network may have in a second, and at once after a quiet time. */
const PER_SECOND = 50;
const AT_ONCE = 100;
const NETWORKS = 16_384;

/**
 * LargeAnswers bounds how much of an answer's size anyone can have sent to somebody else by asking in his name: a network that asks for
 * many large answers gets them cut, and who is really there asks again over TCP. Networks share counters by chance, which only makes it
 * stricter; `salt` keeps that from being arranged.
 */
export class LargeAnswers {
  readonly #left = new Float64Array(NETWORKS).fill(AT_ONCE);
  readonly #atMs = new Float64Array(NETWORKS);
  readonly #salt: number;

  constructor(salt: number) {
    this.#salt = salt;
  }

  /** allows counts one large answer to an address and tells whether it may be sent whole. */
  allows(address: string, nowMs: number): boolean {
    const end = networkEnd(address);
    let hash = this.#salt | 0;
    for (let i = 0; i < end; i++) hash = Math.imul(hash ^ address.charCodeAt(i), 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (NETWORKS - 1);
    const passedMs = Math.max(0, nowMs - (this.#atMs[slot] as number));
    const left = Math.min(AT_ONCE, (this.#left[slot] as number) + (passedMs / 1000) * PER_SECOND);
    this.#atMs[slot] = nowMs;
    this.#left[slot] = left >= 1 ? left - 1 : left;
    return left >= 1;
  }
}

/** networkEnd is how much of an address names its network: /24 of IPv4, about /64 of IPv6. */
function networkEnd(address: string): number {
  if (address.includes('.')) return address.lastIndexOf('.');
  let end = 0;
  for (let groups = 0; groups < 4 && end < address.length; groups++) {
    const next = address.indexOf(':', end);
    if (next < 0) return address.length;
    end = next + 1;
  }
  return end;
}
