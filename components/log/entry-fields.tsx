import { Fragment } from 'react';
import { CodeBlock } from '@/components/ui/code-block';
import { Disclosure } from '@/components/ui/disclosure';
import { Fact, Facts } from '@/components/ui/facts';
import { Hash } from '@/components/ui/hash';
import { Time } from '@/components/ui/time';
import { Udf } from '@/components/ui/udf';
import { ZERO } from '@/lib/core/assertion/payloads';
import { LOGGED_CHARACTERS } from '@/lib/core/keys/udf';
import { flatten } from './flatten';

const HASH = /^[A-Za-z0-9+/]{43}=$/;
const SIGNATURE = /^[A-Za-z0-9+/]{86}==$/;
const TIME = /(?:^|\.)(?:timeSec|sinceSec|notAfter|endedSec|loggedSec)$/;

/** EntryFields lists the fields of an entry as they stand in it, hashes grouped, times readable. */
export function EntryFields({ fields }: { fields: object }) {
  return (
    <Facts>
      {flatten(fields).map(({ path, value }) => (
        <Fact key={path} label={<Path path={path} />}>
          <Value path={path} value={value} />
        </Fact>
      ))}
    </Facts>
  );
}

/** Path may break before each of its parts, so that a long one stays readable in a narrow column. */
function Path({ path }: { path: string }) {
  return (
    <span className="font-mono text-[0.8125rem] [overflow-wrap:anywhere]">
      {path.split(/(?=[.[])/).map((part, at) => (
        <Fragment key={at}>
          {at > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </span>
  );
}

function Value({ path, value }: { path: string; value: unknown }) {
  if (value === null) return <span className="text-muted">none</span>;
  if (value === ZERO) return <span className="text-muted">zeros: none before</span>;
  if (typeof value === 'string') {
    if (HASH.test(value) || SIGNATURE.test(value)) return <Hash value={value} label={path} />;
    if (path === 'udf' && value.length === LOGGED_CHARACTERS) return <Udf udf={value} />;
    return value.length > 120 ? (
      <Disclosure summary={`${value.length} characters`}>
        <CodeBlock label={path} text={value} wrap />
      </Disclosure>
    ) : (
      <span>{value}</span>
    );
  }
  if (typeof value === 'number' && TIME.test(path)) {
    return (
      <span>
        <Time sec={value} /> <span className="font-mono text-xs text-muted">{value}</span>
      </span>
    );
  }
  if (Array.isArray(value))
    return value.length === 0 ? <span className="text-muted">none</span> : <span className="tabular-nums">{value.join(', ')}</span>;
  return <span className="tabular-nums">{JSON.stringify(value)}</span>;
}
