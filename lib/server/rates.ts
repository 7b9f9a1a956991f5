import type { Rate } from './rate-limit';

/** LimitName names a rate; each peer has a bucket of each. */
export type LimitName = 'quotes' | 'orders' | 'reads' | 'proofs' | 'refusals';

/**
 * RATES are what one peer may ask for. `refusals` is charged only for what was refused, so that whoever sends good assertions is
 * bounded by the queue alone, and whoever sends bad ones soon has to wait.
 */
export const RATES: Record<LimitName, Rate> = {
  quotes: { burst: 200, perSec: 50 },
  orders: { burst: 100, perSec: 10 },
  reads: { burst: 400, perSec: 100 },
  proofs: { burst: 200, perSec: 50 },
  refusals: { burst: 400, perSec: 20 },
};
