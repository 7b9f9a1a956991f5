'use client';

import { useEffect, useState } from 'react';
import { Notice } from '@/components/ui/notice';
import { getValidators } from '@/lib/client/api';
import { onSeal } from '@/lib/client/events';
import type { ValidatorsInfo } from '@/lib/client/wire';
import { ValidatorRow } from './validator-row';

/** Validators answer some seconds after a seal: the list is fetched again then. */
const AFTER_SEAL_MS = 4_000;

/** ValidatorBoard lists who checks this registry's log, and how far each has come. It follows every seal. */
export function ValidatorBoard({ initial }: { initial: ValidatorsInfo }) {
  const [info, setInfo] = useState(initial);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onSeal(() => {
      clearTimeout(timer);
      timer = setTimeout(() => void getValidators().then(setInfo, () => undefined), AFTER_SEAL_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, []);

  if (info.validators.length === 0) {
    return (
      <Notice title="Nobody validates this registry yet">
        <p>
          So far this log is checked by its readers alone, each for what they look at. A validator replays every entry and signs what it
          found right. Whoever holds a name here can run one: <code className="font-mono text-[0.8125rem]">mns validate --enrol</code>.
        </p>
      </Notice>
    );
  }
  const enrolled = info.validators.filter(({ status }) => status === 'enrolled').length;
  return (
    <div>
      <p className="text-sm leading-relaxed text-muted">
        {enrolled} {enrolled === 1 ? 'validator takes' : 'validators take'} part. {quorumText(info)}
      </p>
      <ul className="mt-4 divide-y divide-line">
        {info.validators.map((validator) => (
          <ValidatorRow key={validator.vkey} validator={validator} />
        ))}
      </ul>
    </div>
  );
}

function quorumText({ cosignedSeal, quorum, seal }: ValidatorsInfo): string {
  if (quorum === null) return '';
  if (cosignedSeal === null) return `No seal of late has tokens of ${quorum} of them, more than half of those heard of lately.`;
  if (cosignedSeal === seal) return `The newest seal, ${seal}, has tokens of more than half of those heard of lately.`;
  return `Seal ${cosignedSeal} is the newest with tokens of more than half of those heard of lately; the newest of all is ${seal}.`;
}
