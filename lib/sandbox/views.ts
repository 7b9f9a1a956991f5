import type { Sale, SaleRefund } from './sale-shape';

/** sessionView is a Checkout session as Stripe's API shows it (the fields that a card payment has). */
export function sessionView(sale: Sale) {
  return {
    id: `cs_test_${sale.suffix}`,
    object: 'checkout.session' as const,
    allowed_payment_method_types: ['card'],
    amount_subtotal: sale.amountCents,
    amount_total: sale.amountCents,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    cancel_url: sale.cancelUrl,
    client_reference_id: sale.clientReference,
    client_secret: null,
    created: sale.createdSec,
    currency: sale.currency,
    custom_fields: [],
    customer: null,
    customer_creation: 'if_required' as const,
    customer_details: null,
    customer_email: sale.customerEmail,
    expires_at: sale.expiresSec,
    invoice: null,
    livemode: false,
    locale: null,
    metadata: sale.metadata,
    mode: 'payment' as const,
    payment_intent: sale.status === 'complete' ? `pi_${sale.suffix}` : null,
    payment_link: null,
    payment_method_types: ['card'],
    payment_status: sale.status === 'complete' ? ('paid' as const) : ('unpaid' as const),
    setup_intent: null,
    shipping_options: [],
    status: sale.status,
    submit_type: null,
    subscription: null,
    success_url: sale.successUrl,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page' as const,
    url: sale.status === 'open' ? `${new URL(sale.successUrl).origin}/sandbox/pay/cs_test_${sale.suffix}` : null,
  };
}

/** intentView is the payment intent of a sale that somebody has tried to pay. */
export function intentView(sale: Sale) {
  const intent = sale.intent;
  const succeeded = intent?.status === 'succeeded';
  return {
    id: `pi_${sale.suffix}`,
    object: 'payment_intent' as const,
    amount: sale.amountCents,
    amount_capturable: 0,
    amount_received: succeeded ? sale.amountCents : 0,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async' as const,
    confirmation_method: 'automatic' as const,
    created: intent?.createdSec ?? sale.createdSec,
    currency: sale.currency,
    customer: null,
    description: null,
    last_payment_error: intent?.error == null ? null : { ...intent.error, type: 'card_error' as const },
    latest_charge: succeeded ? `ch_${sale.suffix}` : null,
    livemode: false,
    metadata: sale.intentMetadata,
    payment_method: null,
    payment_method_types: ['card'],
    status: intent?.status ?? ('requires_payment_method' as const),
  };
}

/** refundView is one refund of a sale. Card refunds of the sandbox succeed at once. */
export function refundView(sale: Sale, refund: SaleRefund) {
  return {
    id: refund.id,
    object: 'refund' as const,
    amount: refund.amountCents,
    balance_transaction: null,
    charge: `ch_${sale.suffix}`,
    created: refund.createdSec,
    currency: sale.currency,
    metadata: refund.metadata,
    payment_intent: `pi_${sale.suffix}`,
    reason: refund.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded' as const,
    transfer_reversal: null,
  };
}

/** lineItemsView is the one line a sale has. */
export function lineItemsView(sale: Sale) {
  const item = {
    id: `li_${sale.suffix}`,
    object: 'item' as const,
    amount_discount: 0,
    amount_subtotal: sale.amountCents,
    amount_tax: 0,
    amount_total: sale.amountCents,
    currency: sale.currency,
    description: sale.item,
    quantity: sale.quantity,
  };
  return { object: 'list' as const, data: [item], has_more: false, url: `/v1/checkout/sessions/cs_test_${sale.suffix}/line_items` };
}
