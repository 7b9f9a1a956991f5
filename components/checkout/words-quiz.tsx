'use client';

import { useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/text-field';
import { StepHeading } from './step-heading';

const ASKED = 4;

/** pickPositions chooses which words are asked for: four different ones, in order. */
export function pickPositions(count: number, random: () => number = Math.random): number[] {
  const all = Array.from({ length: count }, (_, at) => at);
  for (let at = 0; at < Math.min(ASKED, count); at++) {
    const other = at + Math.floor(random() * (count - at));
    [all[at], all[other]] = [all[other] as number, all[at] as number];
  }
  return all.slice(0, ASKED).sort((a, b) => a - b);
}

interface WordsQuizProps {
  words: string[];
  busy: string | null;
  back: () => void;
  done: () => void;
}

/** WordsQuiz asks for four of the words, so that a copy with a mistake is found while it can still be mended. */
export function WordsQuiz({ words, busy, back, done }: WordsQuizProps) {
  const [positions] = useState(() => pickPositions(words.length));
  const [answers, setAnswers] = useState<string[]>(() => positions.map(() => ''));
  const [judged, setJudged] = useState(false);

  const right = (at: number) => answers[at]?.trim().toLowerCase() === words[positions[at] ?? -1];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setJudged(true);
    if (positions.every((_, at) => right(at))) done();
  };

  return (
    <form onSubmit={submit} className="space-y-6" autoComplete="off">
      <StepHeading title="Check your copy">
        <p>Read these four words from your paper.</p>
      </StepHeading>
      <div className="grid gap-5 sm:grid-cols-2">
        {positions.map((position, at) => (
          <TextField
            key={position}
            label={`Word ${position + 1}`}
            mono
            value={answers[at] ?? ''}
            onChange={(event) => {
              setJudged(false);
              setAnswers(answers.map((answer, other) => (other === at ? event.target.value : answer)));
            }}
            problem={judged && !right(at) ? `This is not word ${position + 1}. Look at the words again and mend your copy.` : null}
            autoComplete="off"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
          />
        ))}
      </div>
      <div className="flex flex-wrap gap-3">
        <Button type="submit" large busy={busy}>
          Confirm
        </Button>
        <Button kind="quiet" large onClick={back} disabled={busy !== null}>
          Show the words again
        </Button>
      </div>
    </form>
  );
}
