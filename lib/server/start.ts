import { fileURLToPath } from 'node:url';
import { siteUrl } from '../services/site-url';
import { openApp } from './app';
import { buildPages } from './build';
import { ownApp } from './context';
import { EnvError, readEnv } from './env';
import { makeHttpServer } from './http-server';
import { openPages } from './pages';
import { sandboxAllowed } from '../sandbox/allowed';

/*
 * `npm start`: the whole registry in one process. `--dev` serves pages as `next dev` does, `--no-pages` none at all (tests of the
 * server, benchmarks), `--build-only` makes the pages and serves nothing (the test command).
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FLAGS = ['--dev', '--no-pages', '--build-only'];
const startMs = performance.now();

function say(line: string): void {
  process.stdout.write(`mns: ${line}\n`);
}

async function main(): Promise<void> {
  const flags = new Set(process.argv.slice(2));
  for (const flag of flags) if (!FLAGS.includes(flag)) throw new EnvError(`unknown option ${flag}; there are ${FLAGS.join(', ')}`);
  if (flags.has('--build-only')) return buildPages(ROOT, say);
  const dev = flags.has('--dev');
  const withPages = !flags.has('--no-pages');
  const env = readEnv(process.env);
  if (withPages && !dev) await buildPages(ROOT, say);

  const app = await openApp(env, say);
  ownApp(app);
  const http = makeHttpServer(app);
  const stop = stopper(async () => {
    await Promise.all([http.close(), app.close()]);
  });
  try {
    if (withPages) {
      const pages = await openPages({ root: ROOT, dev, port: env.port, secure: !sandboxAllowed(env.origin), server: http.server });
      http.servePages(pages);
    }
    const port = await http.listen(env.port);
    app.listening(port);
    say(`serving ${siteUrl(app.ctx.registry.origin)} on port ${port}, seal ${app.ctx.registry.head.number}, ready in ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
    if (app.sandbox !== null) say('TEST MODE: payments go to the sandbox, no real money moves');
    if (app.sandbox !== null && env.host !== null && !isLoopback(env.host)) say(`HOST=${env.host}: other machines can reach this server, on which names cost nothing`);
  } catch (error) {
    await stop();
    throw error;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** stopper ends the process on SIGTERM and SIGINT: what runs is finished and the database closed; a second signal ends it at once. */
function stopper(close: () => Promise<void>): () => Promise<void> {
  let stopping: Promise<void> | null = null;
  const stop = () => (stopping ??= close());
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping !== null) process.exit(1);
      say(`${signal}: going down`);
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          say(`going down failed: ${String(error)}`);
          process.exit(1);
        },
      );
    });
  }
  return stop;
}

main().catch((error: unknown) => {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') {
    say(`cannot start: port ${process.env['PORT'] ?? '3000'} is in use; set PORT to another one`);
    process.exit(1);
  }
  const known = error instanceof Error && ['EnvError', 'KeyFileError', 'DamageError', 'StorageError'].includes(error.name);
  say(`cannot start: ${known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exit(1);
});
