'use client';

import { useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { Disclosure } from '@/components/ui/disclosure';
import { TextField } from '@/components/ui/text-field';
import { DnsField } from './dns-field';
import { readDetails, type Draft } from './details';
import type { Details } from './registration';
import { StepHeading } from './step-heading';

interface DetailsStepProps {
  name: string;
  draft: Draft;
  changes: number;
  setDraft: (draft: Draft) => void;
  done: (details: Details) => void;
  back: () => void;
}

/** DetailsStep asks how the name is shown and who serves it; every field is judged as it is left. */
export function DetailsStep({ name, draft, changes, setDraft, done, back }: DetailsStepProps) {
  const [touched, setTouched] = useState<Partial<Record<keyof Draft, boolean>>>({});
  const read = readDetails(draft, name);
  const problemOf = (field: keyof Draft) => (touched[field] ? read.problems[field] : null);
  const touch = (field: keyof Draft) => setTouched((before) => ({ ...before, [field]: true }));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTouched({ display: true, service: true, dns: true });
    if (read.details) done(read.details);
  };

  return (
    <form onSubmit={submit} className="space-y-7" noValidate>
      <StepHeading title="How it is shown, and who serves it">
        <p>You can change all of this later: {changes} changes are included.</p>
      </StepHeading>
      <TextField
        label="Shown as"
        value={draft.display}
        onChange={(event) => setDraft({ ...draft, display: event.target.value })}
        onBlur={() => touch('display')}
        problem={problemOf('display')}
        hint={
          <>
            Any way of writing <span className="font-mono text-ink">@{name}</span>: capitals, accents and spaces are yours to choose.
          </>
        }
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      <TextField
        label="Provider"
        optional
        mono
        placeholder="example.com"
        value={draft.service}
        onChange={(event) => setDraft({ ...draft, service: event.target.value })}
        onBlur={() => touch('service')}
        problem={problemOf('service')}
        hint="Who receives messages for this name: a host such as example.com, or another name with its tenure, such as comcast.0. Leave it empty if you have none yet."
        autoComplete="off"
        autoCapitalize="none"
        inputMode="url"
        spellCheck={false}
      />
      <Disclosure summary="DNS servers of your own" open={draft.dns !== ''}>
        <DnsField value={draft.dns} change={(dns) => setDraft({ ...draft, dns })} left={() => touch('dns')} problem={problemOf('dns')} />
      </Disclosure>
      <div className="flex flex-wrap gap-3">
        <Button type="submit" large>
          Continue
        </Button>
        <Button kind="quiet" large onClick={back}>
          Back
        </Button>
      </div>
    </form>
  );
}
