import type { Rate } from './rate-limit';

/** LimitName names a rate; each peer has a bucket of each. */
export type LimitName = 'quotes' | 'holds' | 'orders' | 'reads' | 'proofs' | 'refusals' | 'tokens';

/**
 * RATES are what one peer may ask for. `refusals` is charged only for what was refused, so that whoever sends good assertions is
 * bounded by the queue alone, and whoever sends bad ones soon has to wait.
 */
export const RATES: Record<LimitName, Rate> = {
  quotes: { burst: 200, perSec: 50 },
  holds: { burst: 100, perSec: 10 },
  orders: { burst: 100, perSec: 10 },
  reads: { burst: 400, perSec: 100 },
  proofs: { burst: 200, perSec: 50 },
  refusals: { burst: 400, perSec: 20 },
  tokens: { burst: 60, perSec: 2 },
};

/** PUBLIC_HOLDS is for new orders from an address of the internet: identities are free, and each new order keeps a name from others for half an hour. */
export const PUBLIC_HOLDS: Rate = { burst: 20, perSec: 0.1 };

// As `peerKey` writes them: IPv4 whole, of IPv6 the first four groups.
const INSIDE = /^(unknown$|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|0:0:0:0$|f[cd][0-9a-f]{2}:|fe80:)/i;

/**
 * isInside reports whether a peer is this machine or its own network: tests, or a proxy in front that all the world comes
 * through, where `PUBLIC_HOLDS` would let 20 people buy and keep the rest out. Name it in MNS_TRUSTED_PROXIES, and each client
 * is its own peer again.
 */
export function isInside(peer: string): boolean {
  return INSIDE.test(peer);
}
