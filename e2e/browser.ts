import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { LaunchOptions } from '@playwright/test';

const SYSTEM_BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** QUIET keeps a Chromium from calling home: on a closed network every such call is a pause or a refused connection. */
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic', '--no-first-run', '--disable-gpu'];

/**
 * launchOptions finds a Chromium: the system's if there is one, else the one that npm brought. `NPM_CHROMIUM=1`
 * takes the latter anyway, so that a machine which has both can try both.
 */
export async function launchOptions(): Promise<LaunchOptions> {
  const system = process.env['NPM_CHROMIUM'] === undefined ? SYSTEM_BROWSERS.find((path) => existsSync(path)) : undefined;
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  if (system !== undefined) return { executablePath: system, args: [...QUIET, ...asRoot] };
  // The package unpacks the libraries it brings only where it believes to be in a function service.
  process.env['AWS_EXECUTION_ENV'] ??= 'AWS_Lambda_nodejs20.x';
  process.env['TMPDIR'] ??= tmpdir();
  const { default: chromium } = await import('@sparticuz/chromium');
  // Its own arguments are for functions: one process, which ends with the first window closed, and no web security.
  return { executablePath: await chromium.executablePath(), args: [...QUIET, '--no-sandbox'] };
}
