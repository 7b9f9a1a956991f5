import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toBase64 } from '../core/bytes/base64';
import { makeRegistry, type FixtureRegistry, type Pair } from '../core/assertion/fixtures';
import { publicKeyOf } from '../core/keys/sign';
import { payloadBytes } from '../core/keys/dsse';
import type { GenesisPayload } from '../core/assertion/payloads';
import type { RegistryInfo } from '../client/wire';

/** ServerOptions are the environment of a server process; everything else of it is left out. */
export interface ServerOptions {
  port: number;
  dataDir: string;
  databaseUrl?: string;
  periodSec?: number;
  origin?: string;
  /** caps the delays of a new registry */
  testDelaySec?: number;
  /** a provider's copy that a new registry goes on from */
  forkFrom?: string;
}

/** ServerProcess is a server under test in a process of its own, without pages. */
export interface ServerProcess {
  url: string;
  pid: number;
  /** everything it has printed */
  log(): string;
  /** ready resolves once it serves, and rejects with its output if it ends before */
  ready: Promise<void>;
  /** exit resolves with its exit code, or its signal */
  exit: Promise<number | string>;
  /** kill sends SIGKILL and waits until it is gone */
  kill(): Promise<void>;
  /** stop sends SIGTERM and waits until it has gone down in order */
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START_MS = 120_000;

/** startServer starts `lib/server/start.ts --no-pages`. */
export function startServer(options: ServerOptions): ServerProcess {
  const { port, dataDir, databaseUrl, periodSec = 1, origin = 'localhost:41900', testDelaySec } = options;
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    NODE_ENV: 'production',
    PORT: String(port),
    MNS_ORIGIN: origin,
    MNS_PERIOD_SEC: String(periodSec),
    MNS_DATA_DIR: dataDir,
    ...(testDelaySec === undefined ? {} : { MNS_TEST_DELAY_SEC: String(testDelaySec) }),
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    ...(options.forkFrom === undefined ? {} : { MNS_FORK_FROM: options.forkFrom }),
  };
  // Node itself, not `npx tsx`: a signal must hit the server and no wrapper.
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', 'lib/server/start.ts', '--no-pages'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const exit = new Promise<number | string>((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown')));
  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the server was not ready in time:\n${said}`)), START_MS);
    const hear = (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-20_000);
      if (said.includes('mns: serving ')) {
        clearTimeout(timer);
        resolve();
      }
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    void exit.then((code) => {
      clearTimeout(timer);
      reject(new Error(`the server ended (${code}) before it served:\n${said}`));
    });
  });
  ready.catch(() => undefined);
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    child.kill(signal);
    await exit;
  };
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? -1, log: () => said, ready, exit, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
}

/** worldOf makes a fixture world of a running registry, so that fixtures can sign for it: every key is the server's own. */
export function worldOf(info: RegistryInfo, dataDir: string): FixtureRegistry {
  const [genesis] = info.policies;
  if (genesis === undefined) throw new Error('a registry shows its genesis');
  const { policy, origin } = JSON.parse(Buffer.from(payloadBytes(genesis)).toString()) as GenesisPayload;
  const file = JSON.parse(readFileSync(join(dataDir, 'keys.json'), 'utf8')) as { arbiters: string[]; names: string; policy: string[]; proofs: string; registrar: string };
  return { ...makeRegistry(), arbiters: file.arbiters.map(pairOf), logs: { names: pairOf(file.names), proofs: pairOf(file.proofs) }, origin, policy, registry: info.registry, registrar: pairOf(file.registrar), policyKeys: file.policy.map(pairOf), notAfter: Math.floor(Date.now() / 1000) + 86_400 };
}

function pairOf(seedText: string): Pair {
  const seed = new Uint8Array(Buffer.from(seedText, 'base64'));
  const publicKey = publicKeyOf(seed);
  return { seed, publicKey, text: toBase64(publicKey) };
}
