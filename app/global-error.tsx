'use client';

import './globals.css';

export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body className="font-sans">
        <main className="mx-auto max-w-text px-6 pt-28" role="alert">
          <h1 className="text-3xl font-semibold tracking-[-0.03em]">This page could not be made.</h1>
          <p className="mt-4 leading-relaxed text-muted">Nothing you signed or paid is lost. Try again in a moment.</p>
          <button type="button" onClick={reset} className="mt-8 rounded-lg bg-accent px-4 py-2.5 text-sm font-medium text-accent-ink">
            Try again
          </button>
        </main>
      </body>
    </html>
  );
}
