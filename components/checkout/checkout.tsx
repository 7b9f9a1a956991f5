'use client';

import { useState } from 'react';
import type { Identity } from '@/lib/browser/identity';
import { ApiError, createOrder, getRegistry } from '@/lib/client/api';
import type { RegistryInfo } from '@/lib/client/wire';
import type { RegisterPayload } from '@/lib/core/assertion/payloads';
import type { Envelope } from '@/lib/core/keys/dsse';
import type { Draft } from './details';
import { DetailsStep } from './details-step';
import { IdentityStep } from './identity-step';
import { PayStep } from './pay-step';
import { registrationOf, type Details, type SignableQuote } from './registration';
import { ReviewStep } from './review-step';
import { Stepper } from './stepper';
import { Summary } from './summary';

const STEPS = ['Identity', 'Details', 'Sign', 'Pay'] as const;

type Stage =
  | { step: 0 }
  | { step: 1; identity: Identity }
  | { step: 2; identity: Identity; payload: RegisterPayload }
  | { step: 3; identity: Identity; payload: RegisterPayload; signed: Envelope };

/** Checkout leads from a quote to the payment page: identity, details, signature, order. */
export function Checkout({ quote, registry }: { quote: SignableQuote; registry: RegistryInfo }) {
  const [stage, setStage] = useState<Stage>({ step: 0 });
  const [moved, setMoved] = useState(false);
  const [draft, setDraft] = useState<Draft>({ display: quote.display ?? quote.name, service: '', dns: '' });
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [refused, setRefused] = useState<ApiError | null>(null);

  const go = (next: Stage) => {
    setMoved(true);
    setProblem(null);
    setRefused(null);
    setStage(next);
    scrollTo({ top: 0 });
  };

  const review = async (identity: Identity, details: Details) => {
    // The newest registry says what time it is there; an older one only shortens how long the signature holds.
    const fresh = await getRegistry().catch(() => registry);
    go({ step: 2, identity, payload: registrationOf(quote, fresh, identity.certificate, details) });
  };

  const sign = async (identity: Identity, payload: RegisterPayload, passphrase: string | null) => {
    setBusy('Signing…');
    setProblem(null);
    try {
      const { signRegister } = await import('@/lib/browser/identity');
      go({ step: 3, identity, payload, signed: await signRegister(identity, payload, passphrase) });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(null);
    }
  };

  const pay = async (signed: Envelope, creditCents: number | null) => {
    setBusy('Making your order…');
    setRefused(null);
    try {
      const order = await createOrder({
        assertion: signed,
        creditCents: creditCents ?? undefined,
        markAcknowledged: quote.mark ? true : undefined,
      });
      const { rememberOrder } = await import('@/lib/browser/key-store');
      // An order that could not be remembered is still in the address of the page that comes next.
      await rememberOrder({ id: order.id, name: order.name, createdSec: order.createdSec }).catch(() => undefined);
      setBusy('Opening the payment page…');
      location.assign(order.payUrl && order.state === 'awaiting-payment' ? order.payUrl : `/orders/${order.id}`);
    } catch (error) {
      setRefused(error instanceof ApiError ? error : new ApiError(0, 'unexpected', String(error)));
      setBusy(null);
    }
  };

  return (
    <div className="grid gap-x-16 gap-y-8 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="min-w-0 space-y-8 lg:row-start-1">
        <Stepper steps={STEPS} current={stage.step} />
        <div key={stage.step} className="max-w-text animate-rise">
          {stage.step === 0 && <IdentityStep registry={registry.registry} focus={moved} done={(identity) => go({ step: 1, identity })} />}
          {stage.step === 1 && (
            <DetailsStep
              name={quote.name}
              draft={draft}
              changes={quote.changes ?? registry.schedule.changes}
              setDraft={setDraft}
              done={(details) => void review(stage.identity, details)}
              back={() => go({ step: 0 })}
            />
          )}
          {stage.step === 2 && (
            <ReviewStep
              payload={stage.payload}
              identity={stage.identity}
              mark={quote.mark}
              busy={busy}
              problem={problem}
              sign={(passphrase) => void sign(stage.identity, stage.payload, passphrase)}
              back={() => go({ step: 1, identity: stage.identity })}
            />
          )}
          {stage.step === 3 && (
            <PayStep
              quote={quote}
              busy={busy}
              problem={refused}
              pay={(creditCents) => void pay(stage.signed, creditCents)}
              back={() => go({ step: 2, identity: stage.identity, payload: stage.payload })}
            />
          )}
        </div>
      </div>
      <Summary quote={quote} />
    </div>
  );
}
