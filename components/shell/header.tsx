import Link from 'next/link';
import { Logo } from './logo';
import { ThemeToggle } from './theme-toggle';

const LINKS = [
  { href: '/prices', label: 'Prices' },
  { href: '/log', label: 'Log' },
  { href: '/verify', label: 'Verify' },
];

/** Header is the way back to search, and to the three pages anybody may want next. */
export function Header() {
  return (
    <header className="mx-auto flex h-16 w-full max-w-page items-center gap-2 px-4 sm:px-6">
      <Link href="/" className="-ml-1 flex items-center gap-2 rounded-md px-1 py-1 font-semibold tracking-tight">
        <Logo className="size-6 text-accent" />
        <span>
          MNS<span className="sr-only">, the Mesh name service: search</span>
        </span>
      </Link>
      <nav aria-label="Pages" className="ml-auto flex items-center text-sm">
        {LINKS.map(({ href, label }) => (
          <Link key={href} href={href} className="rounded-md px-2.5 py-2 text-muted transition-colors hover:text-ink sm:px-3">
            {label}
          </Link>
        ))}
      </nav>
      <ThemeToggle />
    </header>
  );
}
