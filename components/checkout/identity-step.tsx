'use client';

import { KeyRound } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { Button, Spinner } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { Udf } from '@/components/ui/udf';
import type { Identity } from '@/lib/browser/identity';
import { MakeIdentity } from './make-identity';
import { StepHeading } from './step-heading';

interface IdentityStepProps {
  registry: string;
  /** The first step does not steal the focus when the page opens. */
  focus: boolean;
  done: (identity: Identity) => void;
}

type State =
  | { kind: 'looking' }
  | { kind: 'kept'; identity: Identity; fresh: boolean }
  | { kind: 'making' }
  | { kind: 'blocked'; detail: string };

async function find(registry: string): Promise<State> {
  try {
    if (!isSecureContext) throw new Error('Keys can only be made on a secure page (https, or localhost).');
    const { loadIdentity } = await import('@/lib/browser/identity');
    const identity = await loadIdentity(registry);
    return identity ? { kind: 'kept', identity, fresh: false } : { kind: 'making' };
  } catch (error) {
    return { kind: 'blocked', detail: error instanceof Error ? error.message : String(error) };
  }
}

/** IdentityStep finds the identity this browser keeps, or makes one. */
export function IdentityStep({ registry, focus, done }: IdentityStepProps): ReactNode {
  const [state, setState] = useState<State>({ kind: 'looking' });

  useEffect(() => {
    let gone = false;
    void find(registry).then((found) => !gone && setState(found));
    return () => {
      gone = true;
    };
  }, [registry]);

  switch (state.kind) {
    case 'looking':
      return (
        <output className="flex items-center gap-3 text-muted">
          <Spinner /> Looking for your identity in this browser…
        </output>
      );
    case 'blocked':
      return (
        <div className="space-y-5">
          <StepHeading title="This browser can’t keep your key" focus={focus} />
          <Notice
            tone="bad"
            title="The browser’s storage could not be used"
            action={
              <Button kind="secondary" onClick={() => void find(registry).then(setState)}>
                Try again
              </Button>
            }
          >
            <p>
              Private windows and strict settings often block it. Open this page in an ordinary window, or allow this site to store data.
            </p>
            <p className="text-muted">{state.detail}</p>
          </Notice>
        </div>
      );
    case 'making':
      return <MakeIdentity registry={registry} focus={focus} done={(identity) => setState({ kind: 'kept', identity, fresh: true })} />;
    default:
      return (
        <div className="space-y-6">
          <StepHeading title={state.fresh ? 'Your identity is ready' : 'Use the identity in this browser'} focus={focus || state.fresh}>
            {state.fresh ? (
              <p>
                The 24 words are gone from this page: only your paper has them now. This browser keeps a signing key, which can act for you
                but can’t replace the words.
              </p>
            ) : (
              <p>You made it here earlier. All your names can belong to one identity.</p>
            )}
          </StepHeading>
          <div className="card flex items-start gap-4 p-5">
            <KeyRound className="mt-0.5 size-5 shrink-0 text-accent" aria-hidden="true" />
            <div className="min-w-0 space-y-1">
              <p className="text-sm font-medium">Your fingerprint</p>
              <Udf udf={state.identity.udf} />
              <p className="text-[0.8125rem] leading-5 text-muted">
                It is made from your root key and never changes, whatever you do with your names. Signing key:{' '}
                {state.identity.keyStore === 'webcrypto'
                  ? 'kept by this browser, can’t be read out.'
                  : 'kept in this browser under your passphrase.'}
              </p>
            </div>
          </div>
          <div className="flex flex-wrap gap-3">
            <Button large onClick={() => done(state.identity)}>
              Continue
            </Button>
            {!state.fresh && (
              <Button large kind="quiet" onClick={() => setState({ kind: 'making' })}>
                Make another identity
              </Button>
            )}
          </div>
        </div>
      );
  }
}
