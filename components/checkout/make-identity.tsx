'use client';

import { useEffect, useState, type ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import type { Identity } from '@/lib/browser/identity';
import { PassphraseForm } from './passphrase-form';
import { StepHeading } from './step-heading';
import { WordsQuiz } from './words-quiz';
import { WordsSheet } from './words-sheet';

interface MakeIdentityProps {
  registry: string;
  focus: boolean;
  done: (identity: Identity) => void;
}

type Stage = 'intro' | 'words' | 'quiz' | 'passphrase';

/**
 * MakeIdentity leads from nothing to an identity: 24 words shown once, four of them confirmed, a passphrase where the
 * browser can't keep keys itself. The words live in this component's state only, and leave it when the keys are made.
 */
export function MakeIdentity({ registry, focus, done }: MakeIdentityProps): ReactNode {
  const [stage, setStage] = useState<Stage>('intro');
  const [words, setWords] = useState<string[]>([]);
  const [asksPassphrase, setAsksPassphrase] = useState<boolean | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    void import('@/lib/browser/signing-key').then(async ({ needsPassphrase }) => setAsksPassphrase(await needsPassphrase()));
  }, []);

  const start = async () => {
    setBusy('Making your words…');
    const { createWords } = await import('@/lib/browser/words');
    setWords(createWords());
    setBusy(null);
    setStage('words');
  };

  const make = async (passphrase: string | null) => {
    setBusy('Making your keys…');
    setProblem(null);
    // Deriving keys blocks for a moment: let the page say so first.
    await new Promise((painted) => setTimeout(painted, 30));
    try {
      const { makeIdentity } = await import('@/lib/browser/identity');
      const identity = await makeIdentity(words, registry, passphrase);
      setWords([]);
      done(identity);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(null);
    }
  };

  const confirmed = () => {
    if (asksPassphrase) setStage('passphrase');
    else void make(null);
  };

  const trouble = problem && (
    <Notice tone="bad" alert title="Your keys could not be stored">
      {problem} Nothing was signed or paid. Your words are still good: try again.
    </Notice>
  );

  switch (stage) {
    case 'intro':
      return (
        <div className="space-y-6">
          <StepHeading title="Make your identity" focus={focus}>
            <p>
              There is no account and no password here. Your name will belong to a key that only you have. It comes from{' '}
              <strong className="font-medium text-ink">24 words</strong>, which you write on paper and keep.
            </p>
          </StepHeading>
          <ul className="space-y-3 text-[0.9375rem] leading-relaxed">
            <Point>Whoever has the words has your names. We never see them, and nobody can reset them for you.</Point>
            <Point>Day to day you won’t need them: this browser keeps a separate signing key.</Point>
            <Point>If this device is lost or stolen, the words take your names back.</Point>
          </ul>
          <Button large busy={busy} onClick={() => void start()} disabled={asksPassphrase === null}>
            I have pen and paper: show my words
          </Button>
        </div>
      );
    case 'words':
      return <WordsSheet words={words} done={() => setStage('quiz')} />;
    case 'quiz':
      return (
        <div className="space-y-6">
          <WordsQuiz words={words} busy={busy} back={() => setStage('words')} done={confirmed} />
          {trouble}
        </div>
      );
    default:
      return (
        <div className="space-y-6">
          <PassphraseForm busy={busy} done={(passphrase) => void make(passphrase)} />
          {trouble}
        </div>
      );
  }
}

function Point({ children }: { children: ReactNode }) {
  return (
    <li className="flex gap-3">
      <span aria-hidden="true" className="mt-2.5 size-1.5 shrink-0 rounded-full bg-accent" />
      <span>{children}</span>
    </li>
  );
}
