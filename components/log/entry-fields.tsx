import { Fact, Facts } from '@/components/ui/facts';
import { Hash } from '@/components/ui/hash';
import { Time } from '@/components/ui/time';
import { Udf } from '@/components/ui/udf';
import { LOGGED_CHARACTERS } from '@/lib/core/keys/udf';

const HASH = /^[A-Za-z0-9+/]{43}=$/;
const TIMES = new Set(['timeSec', 'sinceSec', 'notAfter', 'endedSec', 'loggedSec']);

/** EntryFields lists the fields of an entry as they stand in it, hashes grouped, times readable. */
export function EntryFields({ fields }: { fields: object }) {
  return (
    <Facts>
      {Object.entries(fields).map(([name, value]: [string, unknown]) => (
        <Fact key={name} label={name}>
          <Value name={name} value={value} />
        </Fact>
      ))}
    </Facts>
  );
}

function Value({ name, value }: { name: string; value: unknown }) {
  if (value === null) return <span className="text-muted">none</span>;
  if (typeof value === 'string') {
    if (HASH.test(value)) return <Hash value={value} label={name} />;
    if (name === 'udf' && value.length === LOGGED_CHARACTERS) return <Udf udf={value} />;
    return <span>{value === '' ? <span className="text-muted">empty</span> : value}</span>;
  }
  if (typeof value === 'number') {
    return TIMES.has(name) ? (
      <span>
        <Time sec={value} /> <span className="font-mono text-xs text-muted">{value}</span>
      </span>
    ) : (
      <span className="tabular-nums">{value}</span>
    );
  }
  if (Array.isArray(value) && value.length === 0) return <span className="text-muted">none</span>;
  return (
    <code className="block max-h-60 overflow-auto font-mono text-xs leading-5 break-all whitespace-pre-wrap text-muted">
      {JSON.stringify(value, null, 2)}
    </code>
  );
}
