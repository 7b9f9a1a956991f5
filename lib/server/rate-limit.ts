/** Rate is a token bucket: `burst` at once, `perSec` after that. */
export interface Rate {
  burst: number;
  perSec: number;
}

interface Bucket {
  tokens: number;
  sinceMs: number;
}

/** How many peers one limiter remembers; the ones quiet for longest are forgotten first. */
const MAX_PEERS = 50_000;

/** RateLimiter keeps a token bucket a peer in bounded memory. Time is an argument, in milliseconds, and never needs to be wall time. */
export class RateLimiter {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly rate: Rate,
    private readonly maxPeers: number = MAX_PEERS,
  ) {}

  /** take charges `tokens` to the peer. It answers 0 if it may go on, else the whole seconds to wait; then nothing is charged. */
  take(peer: string, nowMs: number, tokens = 1): number {
    const bucket = this.touch(peer, nowMs);
    if (bucket.tokens >= tokens) {
      bucket.tokens -= tokens;
      return 0;
    }
    return this.waitSec(bucket, tokens);
  }

  /** charge takes tokens that are already spent (a refused request); the bucket may go below zero, but not below minus one burst. */
  charge(peer: string, nowMs: number, tokens = 1): void {
    const bucket = this.touch(peer, nowMs);
    bucket.tokens = Math.max(bucket.tokens - tokens, -this.rate.burst);
  }

  /** peek answers the seconds to wait until one token is there, 0 if there is one, and charges nothing. */
  peek(peer: string, nowMs: number): number {
    const bucket = this.buckets.get(peer);
    if (bucket === undefined) return 0;
    this.refill(bucket, nowMs);
    return bucket.tokens >= 1 ? 0 : this.waitSec(bucket, 1);
  }

  get size(): number {
    return this.buckets.size;
  }

  private waitSec(bucket: Bucket, tokens: number): number {
    return Math.max(1, Math.ceil((tokens - bucket.tokens) / this.rate.perSec));
  }

  private touch(peer: string, nowMs: number): Bucket {
    const known = this.buckets.get(peer);
    const bucket = known ?? { tokens: this.rate.burst, sinceMs: nowMs };
    if (known !== undefined) {
      this.refill(known, nowMs);
      this.buckets.delete(peer);
    } else if (this.buckets.size >= this.maxPeers) {
      const oldest = this.buckets.keys().next();
      if (oldest.done !== true) this.buckets.delete(oldest.value);
    }
    this.buckets.set(peer, bucket);
    return bucket;
  }

  private refill(bucket: Bucket, nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - bucket.sinceMs);
    bucket.tokens = Math.min(this.rate.burst, bucket.tokens + (elapsedMs / 1000) * this.rate.perSec);
    bucket.sinceMs = nowMs;
  }
}
