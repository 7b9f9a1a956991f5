'use client';

import { useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/text-field';
import { PASSPHRASE_MIN_CHARACTERS } from '@/lib/browser/signing-key';
import { StepHeading } from './step-heading';

/** PassphraseForm asks for a passphrase to keep the signing key under, in browsers that can't keep such keys themselves. */
export function PassphraseForm({ busy, done }: { busy: string | null; done: (passphrase: string) => void }) {
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [judged, setJudged] = useState(false);
  const short = passphrase.length < PASSPHRASE_MIN_CHARACTERS;
  const differs = passphrase !== again;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setJudged(true);
    if (!short && !differs) done(passphrase);
  };

  return (
    <form onSubmit={submit} className="space-y-6">
      <StepHeading title="Protect your signing key">
        <p>
          This browser has no safe place of its own for this kind of key. A passphrase encrypts it; you will be asked for it whenever you
          sign.
        </p>
      </StepHeading>
      <TextField
        label="Passphrase"
        type="password"
        autoComplete="new-password"
        value={passphrase}
        onChange={(event) => setPassphrase(event.target.value)}
        hint={`At least ${PASSPHRASE_MIN_CHARACTERS} characters. Forgotten? Then your 24 words make a new key.`}
        problem={judged && short ? `Use at least ${PASSPHRASE_MIN_CHARACTERS} characters.` : null}
      />
      <TextField
        label="Passphrase, again"
        type="password"
        autoComplete="new-password"
        value={again}
        onChange={(event) => setAgain(event.target.value)}
        problem={judged && !short && differs ? 'The two are not the same.' : null}
      />
      <Button type="submit" large busy={busy}>
        Make my keys
      </Button>
    </form>
  );
}
