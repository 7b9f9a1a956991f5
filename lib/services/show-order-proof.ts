import { encodeReceiptFile, RECEIPT_EXTENSION, RECEIPT_FORMAT } from '../core/validation/receipt-file';
import type { AppContext } from './app-context';
import { refuseService } from './service-refusal';
import { showName } from './show-name';
import { showOrder } from './show-order';

/** showOrderProof makes the file that a buyer keeps: the name's state with its proof and the registrar's promise. Throws ServiceRefusal `order-unknown`, `not-sealed`. */
export async function showOrderProof(ctx: AppContext, { id }: { id: string }): Promise<{ fileName: string; bytes: Uint8Array }> {
  const order = await showOrder(ctx, { id });
  if (order === null) return refuseService('order-unknown', 'There is no such order.');
  const { proofIndex } = order.assertion;
  if (proofIndex === null || proofIndex >= ctx.registry.head.proofs.size) {
    return refuseService('not-sealed', 'The registration is not sealed yet: there is nothing to prove so far.', Math.max(1, ctx.registry.nextSealSec() - ctx.clock()));
  }
  const proof = await showName(ctx, { name: order.name, tenure: null });
  // After a later change of the record the proof shows that one, and the promise is about an assertion that it does not show.
  const isShown = proof.assertions.some(({ index }) => index === proofIndex);
  const bytes = encodeReceiptFile({ createdSec: ctx.clock(), format: RECEIPT_FORMAT, proof, receipt: isShown ? order.receipt : null });
  return { fileName: `${order.name}${RECEIPT_EXTENSION}`, bytes };
}
