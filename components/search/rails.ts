import type { Rail } from '../../lib/client/wire';

/** How an order of its size is paid, in a sentence. */
export const RAIL_TEXT: Record<Rail, string> = {
  credit:
    'Paid from credit, because cards can’t be charged less than $0.50. You buy $1.00 or more; what is left stays yours, and is refundable.',
  checkout: 'Paid by card, once.',
  invoice: 'Paid by bank transfer on an invoice. The name is held for you meanwhile.',
  wire: 'Bought by contract and wire, confirmed by two people.',
};

/** OPEN_RAILS are the ways of paying that can be used today. */
export const OPEN_RAILS: ReadonlySet<Rail> = new Set<Rail>(['credit', 'checkout']);
