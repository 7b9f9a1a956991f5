import { showUdf } from '../keys/udf';
import type { RecordEntry } from '../registry/state';
import { formatCents } from './money';
import { isRootTransfer, type NamePayload, type ReassignPayload, type TransferPayload } from './name-payloads';
import { served, withDns } from './sentence-parts';

/** describeName says in plain words what a transfer, a dispute or a payment does. `before` is the record it is about, if it is known. */
export function describeName(payload: NamePayload, before: RecordEntry | null): string {
  const name = `@${payload.name}`;
  switch (payload.type) {
    case 'transfer':
      return `Give ${name}${next(payload, before)}. ${when(payload)}`;
    case 'cancel':
      return `Keep ${name}: its pending transfer${toWhom(before)} is cancelled.`;
    case 'topup':
      return `Add changes to ${name} for ${formatCents(payload.priceCents)}, and rotations to its holder’s identity.`;
    case 'dispute':
      return `Open case ${payload.case} about ${name}: until it is closed the name can’t be transferred, and a transfer that is pending is void. Who is reached by the name stays the same.`;
    case 'dispute-closed':
      return `Close case ${payload.case} about ${name}${before?.pending[0]?.kind === 'reassign' ? `: it is not reassigned to ${showUdf(before.pending[0].to)}` : ''}.`;
    case 'reassign':
      return `Reassign ${name} by the decision in case ${payload.case}${next(payload, before)}. It takes effect after the time of notice. Whoever pinned ${name}.${payload.tenure} goes on reaching its holder.`;
    case 'payment-reversed':
      return `Note that the payment for ${name} was taken back: if it isn’t made good in time, tenure ${payload.tenure} ends and the name is free again.`;
    default:
      return `Note that the payment for ${name} is final.`;
  }
}

function next(payload: TransferPayload | ReassignPayload, before: RecordEntry | null): string {
  const writing = payload.display === payload.name ? '' : `, written ${payload.display}`;
  const from = before === null ? '' : ` from ${showUdf(before.udf)}`;
  return `${from} to ${showUdf(payload.udf)}, as tenure ${payload.tenure + 1}${writing}, ${served(payload.service)}${withDns(payload.dns)}`;
}

function when(payload: TransferPayload): string {
  return isRootTransfer(payload) ? 'Signed by the root key, so at once: it can’t be taken back.' : 'It is seen as pending first, and can be cancelled until it takes effect; then it can’t be taken back.';
}

function toWhom(before: RecordEntry | null): string {
  const pending = before?.pending[0];
  return pending === undefined ? '' : ` to ${showUdf(pending.to)}`;
}
