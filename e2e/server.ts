import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test as base } from '@playwright/test';
import { startPostgres, type TestPostgres } from '../lib/storage/postgres-for-tests';
import { checkStored } from './stored-logs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PERIOD_SEC = 2;
const START_TIMEOUT_MS = 120_000;

export interface ServerOptions {
  database: 'embedded' | 'postgres';
}

export interface RunningServer {
  url: string;
  dataDir: string;
  /** log returns what the server has printed so far. */
  log(): string;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

async function waitUntilHealthy(url: string, child: ChildProcess, log: () => string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode} before it answered:\n${log()}`);
    const ok = await fetch(`${url}/healthz`).then((answer) => answer.ok, () => false);
    if (ok) return;
    if (Date.now() > deadline) throw new Error(`the server did not answer in ${START_TIMEOUT_MS / 1000} s:\n${log()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function stop(child: ChildProcess): Promise<number | string> {
  const ended = new Promise<number | string>((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown')));
  child.kill('SIGTERM');
  return ended;
}

/**
 * test starts one server a worker, as `npm start` does, on a fresh data folder and the project's kind of database. When the
 * worker is done, the server must go down in order and leave logs and books that hold; else the run fails.
 */
export const test = base.extend<object, ServerOptions & { server: RunningServer }>({
  database: ['embedded', { option: true, scope: 'worker' }],
  server: [
    async ({ database }, use) => {
      const dataDir = mkdtempSync(join(tmpdir(), 'mns-e2e-'));
      let postgres: TestPostgres | null = null;
      if (database === 'postgres') postgres = await startPostgres();
      const port = await freePort();
      const url = `http://localhost:${port}`;
      let output = '';
      const child = spawn(process.execPath, ['--import', 'tsx', 'lib/server/start.ts'], {
        cwd: ROOT,
        env: {
          ...process.env,
          PORT: String(port),
          MNS_ORIGIN: `localhost:${port}`,
          MNS_PERIOD_SEC: String(PERIOD_SEC),
          MNS_DATA_DIR: dataDir,
          ...(postgres === null ? {} : { DATABASE_URL: postgres.url }),
        },
      });
      const collect = (chunk: Buffer): void => {
        output += chunk.toString();
      };
      child.stdout.on('data', collect);
      child.stderr.on('data', collect);
      try {
        await waitUntilHealthy(url, child, () => output);
        await use({ url, dataDir, log: () => output });
        const code = await stop(child);
        if (code !== 0) throw new Error(`the server went down with ${code}:\n${output.slice(-4000)}`);
        const wrong = await checkStored({ dataDir, ...(postgres === null ? {} : { databaseUrl: postgres.url }) });
        if (wrong.length > 0) throw new Error(`what the server left does not hold:\n${wrong.join('\n')}`);
      } finally {
        if (child.exitCode === null) child.kill('SIGKILL');
        await postgres?.stop();
        rmSync(dataDir, { recursive: true, force: true });
      }
    },
    { scope: 'worker', timeout: START_TIMEOUT_MS + 30_000 },
  ],
  baseURL: async ({ server }, use) => use(server.url),
});

export { expect } from '@playwright/test';
