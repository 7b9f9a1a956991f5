'use client';

import { useRouter } from 'next/navigation';
import { startTransition } from 'react';
import { Button } from '@/components/ui/button';

export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const router = useRouter();
  const again = () =>
    startTransition(() => {
      router.refresh();
      reset();
    });
  return (
    <div className="mx-auto max-w-text pt-16 sm:pt-28" role="alert">
      <h1 className="text-3xl font-semibold tracking-[-0.03em]">This page could not be made.</h1>
      <p className="mt-4 leading-relaxed text-muted">
        The registry may be starting, or its database is away for a moment. Nothing you signed or paid is lost. Try again; if it stays like
        this, come back in a few minutes.
      </p>
      {error.digest && <p className="mt-3 font-mono text-xs text-muted">Reference {error.digest}</p>}
      <Button className="mt-8" onClick={again}>
        Try again
      </Button>
    </div>
  );
}
