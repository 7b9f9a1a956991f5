import { HEADER_BYTES, RCODE, TYPE } from './wire';

/** lifetimeSec is how long an answer may be kept: the smallest TTL of its answers or, without any, of its authority (RFC 8484 §5.1); 0 for what says nothing lasting. */
export function lifetimeSec(message: Uint8Array): number {
  const code = (message[3] as number) & 15;
  if (code !== RCODE.NOERROR && code !== RCODE.NXDOMAIN) return 0;
  const count = (at: number) => ((message[at] as number) << 8) | (message[at + 1] as number);
  const answers = count(6);
  let left = answers > 0 ? answers : count(8);
  let at = HEADER_BYTES;
  for (let i = count(4); i > 0; i--) at = afterName(message, at) + 4;
  let least = left === 0 ? 0 : Number.MAX_SAFE_INTEGER;
  for (; left > 0; left--) {
    at = afterName(message, at);
    if (at + 10 > message.length) return 0;
    const ttl = (((message[at + 4] as number) << 24) | ((message[at + 5] as number) << 16) | ((message[at + 6] as number) << 8) | (message[at + 7] as number)) >>> 0;
    if (count(at) !== TYPE.OPT) least = Math.min(least, ttl > 0x7fff_ffff ? 0 : ttl);
    at += 10 + count(at + 8);
  }
  return least === Number.MAX_SAFE_INTEGER ? 0 : least;
}

/** afterName is the place after a name, which a pointer may end. */
export function afterName(message: Uint8Array, start: number): number {
  let at = start;
  while (at < message.length) {
    const size = message[at] as number;
    if (size === 0) return at + 1;
    if (size >= 0xc0) return at + 2;
    at += 1 + size;
  }
  return message.length;
}
