import { GeistMono } from 'geist/font/mono';
import { GeistSans } from 'geist/font/sans';
import type { Metadata, Viewport } from 'next';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { SealFeed } from '@/components/live/seal-feed';
import { Footer } from '@/components/shell/footer';
import { Header } from '@/components/shell/header';
import { OfflineBanner } from '@/components/shell/offline-banner';
import { TestModeBanner } from '@/components/shell/test-mode-banner';
import type { RegistryInfo } from '@/lib/client/wire';
import { currentRegistry } from './registry';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'MNS: a name for life', template: '%s · MNS' },
  description: 'Register an @name once, keep it for life, and check with your own browser that the registry never cheats.',
};

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fbfbf9' },
    { media: '(prefers-color-scheme: dark)', color: '#0d0f11' },
  ],
};

/** A chosen theme is set before the first paint, so that the page never flashes in the other one. */
const THEME = `try{const t=localStorage.getItem('theme');if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch{}`;

async function nonceOfRequest(): Promise<string | undefined> {
  return /'nonce-([^']+)'/.exec((await headers()).get('content-security-policy') ?? '')?.[1];
}

/** A page is still shown while the registry is starting or its database is away: the parts that need it say so themselves. */
async function registryOrNull(): Promise<RegistryInfo | null> {
  try {
    return await currentRegistry();
  } catch (error) {
    if (error instanceof Error && 'digest' in error) throw error;
    return null;
  }
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const nonce = await nonceOfRequest();
  const registry = await registryOrNull();
  return (
    <html lang="en" className={`${GeistSans.variable} ${GeistMono.variable}`} suppressHydrationWarning>
      <head>
        <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: THEME }} />
      </head>
      <body className="flex min-h-dvh flex-col font-sans">
        <a
          href="#main"
          className="sr-only rounded-lg bg-ink px-4 py-2 text-paper focus:not-sr-only focus:absolute focus:top-3 focus:left-3 focus:z-50"
        >
          Skip to content
        </a>
        {registry?.sandbox && <TestModeBanner />}
        <OfflineBanner />
        <SealFeed registry={registry}>
          <Header />
          <main id="main" tabIndex={-1} className="mx-auto w-full max-w-page flex-1 px-4 outline-none sm:px-6">
            {children}
          </main>
          <Footer registry={registry} />
        </SealFeed>
      </body>
    </html>
  );
}
