'use client';

import { useState, type FormEvent } from 'react';
import { MarkNoticeText } from '@/components/search/mark-notice';
import { Button } from '@/components/ui/button';
import { CodeBlock } from '@/components/ui/code-block';
import { Disclosure } from '@/components/ui/disclosure';
import { Fact, Facts } from '@/components/ui/facts';
import { Notice } from '@/components/ui/notice';
import { TextField } from '@/components/ui/text-field';
import { Time } from '@/components/ui/time';
import { Udf } from '@/components/ui/udf';
import type { Identity } from '@/lib/browser/identity';
import type { MarkNotice } from '@/lib/client/wire';
import type { RegisterPayload } from '@/lib/core/assertion/payloads';
import { formatCents } from '@/lib/core/assertion/money';
import { describe } from '@/lib/core/assertion/sentence';
import { StepHeading } from './step-heading';

interface ReviewStepProps {
  payload: RegisterPayload;
  identity: Identity;
  mark: MarkNotice | null;
  busy: string | null;
  problem: string | null;
  sign: (passphrase: string | null) => void;
  back: () => void;
}

/** ReviewStep says in plain words what will be signed, and signs it; the exact bytes are one click below. */
export function ReviewStep({ payload, identity, mark, busy, problem, sign, back }: ReviewStepProps) {
  const [acknowledged, setAcknowledged] = useState(false);
  const [passphrase, setPassphrase] = useState('');
  const asks = identity.keyStore === 'passphrase';
  const ready = (!mark || acknowledged) && (!asks || passphrase !== '');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !busy) sign(asks ? passphrase : null);
  };

  return (
    <form onSubmit={submit} className="space-y-6">
      <StepHeading title="Read it, then sign it">
        <p>You sign first and pay after. Signing costs nothing: without a payment your signature is never used.</p>
      </StepHeading>
      <div className="card p-5 sm:p-6">
        <p className="text-lg leading-relaxed [overflow-wrap:anywhere]">{describe(payload)}</p>
        <div className="mt-5 border-t">
          <Facts>
            <Fact label="Shown as">@{payload.display}</Fact>
            <Fact label="Holder">
              <Udf udf={identity.udf} />
            </Fact>
            <Fact label="Provider">{payload.service ?? <span className="text-muted">none yet</span>}</Fact>
            {payload.dns.length > 0 && (
              <Fact label="DNS servers">
                <span className="font-mono text-[0.8125rem]">{payload.dns.join(', ')}</span>
              </Fact>
            )}
            <Fact label="Price">
              {formatCents(payload.priceCents)} once <span className="text-muted">(price schedule {payload.schedule})</span>
            </Fact>
            <Fact label="Valid until" note="If it is not in the log by then, this signature is worth nothing.">
              <Time sec={payload.notAfter} />
            </Fact>
          </Facts>
        </div>
        <Disclosure summary="The exact data">
          <CodeBlock label="data to be signed" text={JSON.stringify(payload, null, 2)} wrap />
        </Disclosure>
      </div>
      <Notice tone="warn" title="Public for ever">
        Name, fingerprint, provider and DNS servers go into a public log. They can be changed later, but what was written can’t be erased.
      </Notice>
      {mark && (
        <Notice tone="warn" title="A trademark is recorded for this name">
          <MarkNoticeText mark={mark} />
          <label className="flex items-start gap-3 pt-1">
            <input
              type="checkbox"
              checked={acknowledged}
              onChange={(event) => setAcknowledged(event.target.checked)}
              className="mt-0.5 size-4.5 shrink-0 accent-accent"
            />
            <span>I have read this and want to register the name.</span>
          </label>
        </Notice>
      )}
      {asks && (
        <TextField
          label="Passphrase of your signing key"
          type="password"
          autoComplete="current-password"
          value={passphrase}
          onChange={(event) => setPassphrase(event.target.value)}
        />
      )}
      {problem && (
        <Notice tone="bad" alert title="It was not signed">
          {problem}
        </Notice>
      )}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" large busy={busy} disabled={!ready}>
          Sign registration
        </Button>
        <Button kind="quiet" large onClick={back} disabled={busy !== null}>
          Back
        </Button>
      </div>
    </form>
  );
}
