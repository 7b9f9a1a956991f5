'use client';

import { useEffect, useId, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Disclosure } from '@/components/ui/disclosure';
import { FieldProblem } from '@/components/ui/field-problem';
import { CodeBlock } from '@/components/ui/code-block';
import { durationText } from '@/components/ui/time';
import type * as keeperModule from '@/lib/client/token-policy';
import type { TokenPolicy } from '@/lib/core/validation/token-policy';

type Keeper = Pick<typeof keeperModule, 'keepTokenPolicy'>;

const EXAMPLE = `# max-age 600
witness one one.example+1a2b3c4d+BAoL…
witness two two.example+5e6f7a8b+BDQ1…
witness three three.example+9c0d1e2f+BFZX…
group mine 2 one two three
quorum mine
`;

/** PolicyForm is where a reader says whose tokens this browser counts. The list comes from the reader; nothing here offers one. */
export function PolicyForm() {
  const [keeper, setKeeper] = useState<Keeper | null>(null);
  const [policy, setPolicy] = useState<TokenPolicy | null>(null);
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const id = useId();

  useEffect(() => {
    void import('@/lib/client/token-policy').then(
      (loaded) => {
        setKeeper(loaded);
        setPolicy(loaded.readTokenPolicy());
        setText(loaded.policyText() ?? '');
      },
      () => undefined,
    );
  }, []);

  const keep = (wanted: string | null) => {
    if (keeper === null) return;
    try {
      setPolicy(keeper.keepTokenPolicy(wanted));
      setProblem(null);
      setSaid(wanted === null ? 'Forgotten.' : 'Kept in this browser.');
      if (wanted === null) setText('');
    } catch (error) {
      setSaid('');
      setProblem(error instanceof Error && 'detail' in error ? String(error.detail) : String(error));
    }
  };

  return (
    <form
      className="card p-5 sm:p-6"
      onSubmit={(event) => {
        event.preventDefault();
        keep(text);
      }}
    >
      <h2 className="text-base font-semibold tracking-tight">Whose tokens do you count?</h2>
      <p className="mt-2 text-sm leading-relaxed">
        {policy === null
          ? 'You trust nobody’s tokens yet. What this site shows you is checked against the log, and the log against what this browser saw before; that everybody is shown the same log you take on the registry’s word.'
          : `You ask for ${policy.threshold} of ${policy.validators.length} validators, none older than ${durationText(policy.maxAgeSec)}. Each name you look up here is held to that.`}
      </p>
      <p className="mt-2 text-sm leading-relaxed text-muted">
        Take this list from your provider, or from validators you know. Never from this site: whom a registry names, a registry that
        cheats has made up. It stays in this browser.
      </p>
      <label htmlFor={id} className="mt-5 block text-sm font-medium">
        Token policy
      </label>
      <textarea
        id={id}
        rows={6}
        value={text}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        aria-invalid={problem ? true : undefined}
        aria-describedby={`${id}-state`}
        onChange={(event) => setText(event.target.value)}
        className={`mt-1.5 block w-full rounded-lg border bg-surface px-3.5 py-2.5 font-mono text-base text-ink sm:text-[0.8125rem] sm:leading-5 ${problem ? 'border-bad' : 'border-edge'}`}
      />
      <div id={`${id}-state`} aria-live="polite">
        {problem && <FieldProblem>{problem}</FieldProblem>}
        {said && !problem && <p className="mt-1.5 text-[0.8125rem] leading-5 text-accent">{said}</p>}
      </div>
      <div className="mt-4 flex flex-wrap gap-2">
        <Button type="submit" kind="secondary" disabled={keeper === null}>
          Keep this policy
        </Button>
        {policy !== null && (
          <Button kind="quiet" onClick={() => keep(null)}>
            Trust nobody’s tokens
          </Button>
        )}
      </div>
      <div className="mt-4">
        <Disclosure summary="What it looks like">
          <CodeBlock label="example of a token policy" text={EXAMPLE} />
        </Disclosure>
      </div>
    </form>
  );
}
