import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres, type TestPostgres } from '@/lib/storage/postgres-for-tests';
import { ROOT } from './places';

/** What has to be undone at the end, newest first, whatever happens. */
const undo: (() => Promise<unknown>)[] = [];

/** cleanUp ends all processes that are still running and removes all folders that are still there. */
export async function cleanUp(): Promise<void> {
  for (const one of undo.splice(0).toReversed()) await one();
}

/** tempFolder is a fresh folder, removed at the end. */
export function tempFolder(label: string): string {
  const folder = mkdtempSync(join(tmpdir(), `mns-bench-${label}-`));
  undo.push(() => Promise.resolve(rmSync(folder, { recursive: true, force: true })));
  return folder;
}

let postgres: Promise<TestPostgres> | null = null;

/** freshDatabase is an empty database on the run's one PostgreSQL server, which has fsync on. */
export async function freshDatabase(): Promise<string> {
  if (postgres === null) {
    postgres = startPostgres();
    undo.push(async () => (await postgres)?.stop());
  }
  return (await postgres).createDatabase();
}

/** settle does what autovacuum does in time, so that it comes before what is measured and not in the middle: its planner has looked at the tables then. */
export async function settle(databaseUrl: string): Promise<void> {
  await (await postgres)?.execute(databaseUrl, 'VACUUM ANALYZE');
}

/** Running is a server in a process of its own. */
export interface Running {
  port: number;
  pid: number;
  /** how long it took until it answered that it is healthy */
  startSec: number;
  stop(): Promise<void>;
}

/** Serve says what to run: `args` after node, and the path that answers 200 once it is ready. */
export interface Serve {
  /** node unless told */
  command?: string;
  args: readonly string[];
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  healthPath: string;
  port: number;
}

const START_MS = 180_000;

/** serve starts a server and waits until it is healthy. */
export async function serve({ command = process.execPath, args, cwd = ROOT, env = {}, healthPath, port }: Serve): Promise<Running> {
  const startMs = performance.now();
  const child = spawn(command, args, { cwd, env: { ...process.env, NODE_ENV: 'production', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
  const stop = stopper(child);
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${command} ${args.join(' ')} ended with ${child.exitCode}:\n${said}`);
    if (await isHealthy(`http://127.0.0.1:${port}${healthPath}`)) break;
    if (performance.now() - startMs > START_MS) {
      await stop();
      throw new Error(`${args.join(' ')} did not get ready:\n${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return { port, pid: child.pid ?? 0, startSec: (performance.now() - startMs) / 1000, stop };
}

async function isHealthy(url: string): Promise<boolean> {
  return fetch(url).then(
    (answer) => answer.body?.cancel().then(() => answer.ok) ?? answer.ok,
    () => false,
  );
}

/** Young objects get more room: what comes in is dropped again before it is looked at twice. The same stands in package.json. */
const START_FLAGS = ['--min-semi-space-size=64', '--max-semi-space-size=64'];

/** serveRegistry starts our own server without pages, as `npm start` does otherwise. */
export async function serveRegistry(options: { databaseUrl: string | null; dataDir: string; origin: string; periodSec: number; flags?: readonly string[] }): Promise<Running> {
  const port = await freePort();
  const { databaseUrl, dataDir, origin, periodSec, flags = ['--no-pages'] } = options;
  return serve({
    args: [...START_FLAGS, '--import', 'tsx', 'lib/server/start.ts', ...flags],
    env: { PORT: String(port), MNS_ORIGIN: origin, MNS_DATA_DIR: dataDir, MNS_PERIOD_SEC: String(periodSec), DATABASE_URL: databaseUrl ?? '', STRIPE_SECRET_KEY: '', STRIPE_WEBHOOK_SECRET: '' },
    healthPath: '/healthz',
    port,
  });
}

/** stopper ends a child and waits for it; it is called at the end if nobody did before. */
function stopper(child: ChildProcess): () => Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(late);
  };
  undo.push(stop);
  return stop;
}

/** spawnServer starts a server that has no HTTP to ask whether it is ready; `said` is the end of what it printed. */
export function spawnServer(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): { pid: number; said(): string; stop(): Promise<void> } {
  const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, NODE_ENV: 'production', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
  return { pid: child.pid ?? 0, said: () => said, stop: stopper(child) };
}

/** hasCommand tells whether a program is installed; Debian keeps servers in /usr/sbin. */
export function hasCommand(command: string): boolean {
  try {
    execFileSync('sh', ['-c', `PATH=$PATH:/usr/sbin command -v ${command}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** memoryOf is what a process and all it has started take of this machine's memory, in MB: what several share is counted once (proportional set size). */
export function memoryOf(pid: number): number {
  const kilobytes = Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? Number.NaN);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return kilobytes / 1024 + children.reduce((sum, child) => sum + memoryOf(Number(child)), 0);
}

/** stopAfter gives what `work` gives, once the server is stopped. */
export async function stopAfter<Result>(server: Running, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } finally {
    await server.stop();
  }
}

const TICK_SEC = 0.01;

/** cpuSec is how long a process, all its threads together, has kept processors busy; null where there is no /proc. */
export function cpuSec(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the name, which may hold anything, utime and stime are the 12th and 13th field.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_SEC;
  } catch {
    return null;
  }
}

/** Worker is a module of the bench that runs in a process of its own and answers one question with one answer; on the way it may say how far it is. */
export interface Worker<Question, Answer> {
  ask(question: Question, onProgress?: (done: number) => void): Promise<Answer>;
  stop(): Promise<void>;
}

/** startWorker starts a module beside this one, with `nodeOptions` for its process. */
export function startWorker<Question extends object, Answer>(module: string, nodeOptions: readonly string[] = []): Worker<Question, Answer> {
  const child = fork(fileURLToPath(new URL(`./${module}`, import.meta.url)), [], { cwd: ROOT, execArgv: ['--import', 'tsx', ...nodeOptions], serialization: 'advanced' });
  const stop = stopper(child);
  return {
    stop,
    ask: (question, onProgress) =>
      new Promise((resolve, reject) => {
        const gone = (code: number | null) => reject(new Error(`${module} ended with ${code}`));
        const listen = (message: Message<Answer>) => {
          if ('progress' in message) return onProgress?.(message.progress);
          child.removeListener('exit', gone);
          child.removeListener('message', listen);
          if ('error' in message) reject(new Error(message.error));
          else resolve(message.answer);
        };
        child.once('exit', gone);
        child.on('message', listen);
        child.send(question);
      }),
  };
}

type Message<Answer> = { answer: Answer } | { error: string } | { progress: number };

/** answerWith is the other side of `startWorker`: call it once in the module. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the module says what it is asked, as `startWorker` does
export function answerWith<Question>(work: (question: Question, progress: (done: number) => void) => Promise<unknown>): void {
  process.on('message', (question: Question) => {
    work(question, (done) => void process.send?.({ progress: done })).then(
      (answer) => process.send?.({ answer }),
      (error: unknown) => process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
}

/** freePort is a port that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
