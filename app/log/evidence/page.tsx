import type { Metadata } from 'next';
import Link from 'next/link';
import { EvidenceItem } from '@/components/evidence/evidence-item';
import { Notice } from '@/components/ui/notice';
import { appContext } from '@/lib/server/context';
import { currentRegistry } from '../../registry';

export const metadata: Metadata = {
  title: 'Evidence',
  description: 'Files that show what an honest registry cannot have signed, checked in your browser.',
};

export default async function EvidencePage() {
  await currentRegistry();
  const files = await (await appContext()).evidence.list();
  return (
    <div className="mx-auto max-w-3xl pt-4 sm:pt-10">
      <p className="text-sm">
        <Link href="/log" className="text-muted hover:text-ink">
          ← The log
        </Link>
      </p>
      <h1 className="mt-3 text-3xl font-semibold tracking-[-0.035em] sm:text-4xl">Evidence</h1>
      <p className="mt-3 mb-8 leading-relaxed text-muted">
        Two logs signed for one size, a promise that was not kept, an entry that follows from nothing: what an honest registry cannot have
        signed fits into a file that convicts it anywhere. Files that validators hand in are shown here, and judged by your browser alone.
      </p>
      {files.length === 0 ? (
        <Notice title="There is none here">
          <p>
            That says little: this page is the registry’s own, and could leave something out.{' '}
            <Link href="/log/validators" className="underline underline-offset-2">
              Validators
            </Link>{' '}
            publish what they find on their own sites. Ask more than one.
          </p>
        </Notice>
      ) : (
        <div className="space-y-12">
          {files.map((file) => (
            <EvidenceItem key={file.name} file={file} />
          ))}
        </div>
      )}
    </div>
  );
}
