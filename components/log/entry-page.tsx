import { ArrowLeft, ArrowRight } from 'lucide-react';
import Link from 'next/link';
import { CodeBlock } from '@/components/ui/code-block';
import { Disclosure } from '@/components/ui/disclosure';
import { Fact, Facts } from '@/components/ui/facts';
import { withThousands } from '@/components/ui/grouped';
import { Hash } from '@/components/ui/hash';
import { Time } from '@/components/ui/time';
import type { EntryInfo, LogName } from '@/lib/client/wire';
import { fromBase64 } from '@/lib/core/bytes/base64';
import { EntryCheck } from './entry-check';
import { EntryFields } from './entry-fields';
import { meaningOf, type Signer } from './entry-meaning';
import { hexDump } from './hex-dump';
import { PathTable } from './path-table';
import { pathOf } from './proof-path';

const TITLES: Record<LogName, string> = { names: 'name log', proofs: 'proof log' };

/** EntryPage shows one entry: what it means, its fields, who signed it, its bytes, and the proof that it is in the log. */
export function EntryPage({ entry }: { entry: EntryInfo }) {
  const meaning = meaningOf(entry.log, entry.bytes);
  const bytes = fromBase64(entry.bytes);
  const path = pathOf(
    fromBase64(entry.leafHash),
    entry.index,
    entry.size,
    entry.proof.map((hash) => fromBase64(hash)),
  );
  return (
    <article className="pt-4 sm:pt-10">
      <nav aria-label="Entries" className="flex items-center justify-between gap-4 text-sm text-muted">
        <Link href="/log" className="hover:text-ink">
          The log
        </Link>
        <span className="flex gap-5">
          {entry.index > 0 && (
            <Link href={`/log/${entry.log}/${entry.index - 1}`} className="inline-flex items-center gap-1 hover:text-ink" prefetch={false}>
              <ArrowLeft className="size-4" aria-hidden="true" /> {withThousands(entry.index - 1)}
            </Link>
          )}
          {entry.index + 1 < entry.size && (
            <Link href={`/log/${entry.log}/${entry.index + 1}`} className="inline-flex items-center gap-1 hover:text-ink" prefetch={false}>
              {withThousands(entry.index + 1)} <ArrowRight className="size-4" aria-hidden="true" />
            </Link>
          )}
        </span>
      </nav>
      <p className="mt-6 text-sm text-muted">
        Entry {withThousands(entry.index)} of the {TITLES[entry.log]} · {meaning.kind}
      </p>
      <h1 className="mt-2 max-w-3xl text-2xl leading-snug font-semibold tracking-[-0.025em] [overflow-wrap:anywhere] sm:text-3xl">
        {meaning.sentence}
      </h1>
      <div className="mt-10 grid gap-x-12 gap-y-8 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="min-w-0 space-y-10">
          <section aria-label="Where it stands">
            <Facts>
              <Fact label="Sealed">
                <Time sec={entry.timeSec} /> in seal {withThousands(entry.seal)}
              </Fact>
              {entry.paired && (
                <Fact
                  label={entry.log === 'names' ? 'Rests on' : 'Leads to'}
                  note={entry.log === 'names' ? 'The signed change this record follows from.' : 'The record that follows from this change.'}
                >
                  <Link href={`/log/${entry.paired.log}/${entry.paired.index}`} className="link">
                    Entry {withThousands(entry.paired.index)} of the {TITLES[entry.paired.log]}
                  </Link>
                </Fact>
              )}
              {meaning.name && (
                <Fact label="Name">
                  <Link href={`/@${meaning.name}`} className="link">
                    @{meaning.name}
                  </Link>
                </Fact>
              )}
              <Fact label="Leaf hash">
                <Hash value={entry.leafHash} label="leaf hash" />
              </Fact>
            </Facts>
          </section>
          {meaning.signers.length > 0 && <Signatures signers={meaning.signers} />}
          <section aria-labelledby="fields">
            <h2 id="fields" className="mb-2 text-base font-semibold tracking-tight">
              What it says
            </h2>
            <EntryFields fields={meaning.fields} />
          </section>
          <section aria-labelledby="bytes" className="space-y-2">
            <h2 id="bytes" className="text-base font-semibold tracking-tight">
              Its bytes
            </h2>
            <p className="text-sm text-muted">{withThousands(bytes.length)} bytes, canonical JSON: there is only one way to write it.</p>
            <Disclosure summary="As JSON">
              <CodeBlock label="the entry as JSON" text={new TextDecoder().decode(bytes)} wrap />
            </Disclosure>
            <Disclosure summary="As hexadecimal">
              <CodeBlock label="the entry in hexadecimal" text={hexDump(bytes)} />
            </Disclosure>
          </section>
          <section aria-labelledby="path" className="space-y-2">
            <h2 id="path" className="text-base font-semibold tracking-tight">
              Its place in the log
            </h2>
            <p className="text-sm leading-relaxed text-muted">
              {path.length === 0
                ? 'It is the only entry, so its leaf hash is the root hash.'
                : `${path.length} hashes lead from this entry to the root of all ${withThousands(entry.size)}.`}
            </p>
            <Disclosure summary="The path, step by step">
              <PathTable leafHash={entry.leafHash} path={path} root={null} />
            </Disclosure>
            <Disclosure summary="The signed checkpoint it leads to">
              <CodeBlock label="checkpoint" text={entry.checkpoint} />
            </Disclosure>
          </section>
        </div>
        <div className="order-first lg:order-none">
          <EntryCheck log={entry.log} index={entry.index} />
        </div>
      </div>
    </article>
  );
}

function Signatures({ signers }: { signers: Signer[] }) {
  return (
    <section aria-labelledby="signers">
      <h2 id="signers" className="mb-2 text-base font-semibold tracking-tight">
        Signed by
      </h2>
      <Facts>
        {signers.map((signer) => (
          <Fact key={`${signer.role} ${signer.key}`} label={signer.role}>
            <Hash value={signer.key} label={`key of ${signer.role}`} />
            <Disclosure summary="The signature">
              <Hash value={signer.signature} label={`signature of ${signer.role}`} />
            </Disclosure>
          </Fact>
        ))}
      </Facts>
    </section>
  );
}
