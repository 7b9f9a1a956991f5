import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const START_MS = 60_000;

/** Ended is a command that has run to its end in a process of its own. */
export interface Ended {
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
}

/** Serving is an `mns serve` in a process of its own. */
export interface Serving {
  /** `127.0.0.1:PORT` of its HTTP. */
  readonly at: string;
  log(): string;
  stop(): Promise<number | string>;
}

function start(argv: readonly string[], env: Record<string, string>): { child: ChildProcess; said: { out: string; err: string }; exit: Promise<number | string> } {
  const child = spawn(process.execPath, ['lib/cli/mns.mjs', ...argv], { cwd: ROOT, env: { HOME: process.env['HOME'], NODE_ENV: 'production', PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { err: '', out: '' };
  child.stdout?.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  // `close`, not `exit`: what it printed last must have arrived.
  const exit = new Promise<number | string>((resolve) => child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown')));
  return { child, exit, said };
}

/** runMns runs one command to its end. */
export async function runMns(argv: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const { exit, said } = start(argv, env);
  return { code: await exit, ...said };
}

/** startServing starts `mns serve` and waits until it answers. */
export async function startServing(argv: readonly string[]): Promise<Serving> {
  const { child, exit, said } = start(['serve', '--http', '0', ...argv], {});
  const untilMs = Date.now() + START_MS;
  let ended: number | string | null = null;
  void exit.then((code) => (ended = code));
  for (;;) {
    const at = /HTTPS? on (\S+)/.exec(said.out)?.[1];
    if (at !== undefined) return { at, log: () => said.out + said.err, stop: () => (child.kill('SIGTERM'), exit) };
    if (ended !== null || Date.now() > untilMs) throw new Error(`mns serve did not start (${ended}):\n${said.out}${said.err}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
