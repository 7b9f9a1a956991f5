'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { StepHeading } from './step-heading';

/** WordsSheet shows the 24 words to be copied onto paper. */
export function WordsSheet({ words, done }: { words: string[]; done: () => void }) {
  const [written, setWritten] = useState(false);
  return (
    <div className="space-y-6">
      <StepHeading title="Write down these 24 words">
        <p>In this order, on paper. They are shown only now. Next you will be asked for four of them.</p>
      </StepHeading>
      <ol
        aria-label="Your 24 words"
        translate="no"
        className="card notranslate grid grid-cols-2 gap-px overflow-hidden bg-line sm:grid-cols-3"
      >
        {words.map((word, at) => (
          <li key={at} className="flex items-baseline gap-3 bg-surface px-4 py-2.5">
            <span aria-hidden="true" className="w-5 shrink-0 text-right font-mono text-xs text-muted select-none">
              {at + 1}
            </span>
            <span data-word={at + 1} className="font-mono text-[0.9375rem]">
              {word}
            </span>
          </li>
        ))}
      </ol>
      <Notice tone="warn" title="Paper only">
        No photo, no screenshot, no mail to yourself, no notes app: a copy that a computer can read is a copy that a thief can read. Two
        sheets in two places are better than one.
      </Notice>
      <label className="flex items-start gap-3 text-[0.9375rem]">
        <input
          type="checkbox"
          checked={written}
          onChange={(event) => setWritten(event.target.checked)}
          className="mt-1 size-4.5 shrink-0 accent-accent"
        />
        <span>I have written down all 24 words, in order.</span>
      </label>
      <Button large disabled={!written} onClick={done}>
        Check my copy
      </Button>
    </div>
  );
}
