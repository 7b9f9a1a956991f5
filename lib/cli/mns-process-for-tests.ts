import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('./mns.mjs', import.meta.url));
const WAIT_MS = 60_000;

/** MnsProcess is an `mns` in a process of its own. */
export interface MnsProcess {
  /** everything it has printed, on both channels */
  said(): string;
  /** heard waits until it has printed something that fits, and gives the match. */
  heard(pattern: RegExp): Promise<RegExpExecArray>;
  /** exit resolves with its exit code, or its signal. */
  readonly exit: Promise<number | string>;
  /** end sends a signal and waits until the process is gone. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | string>;
}

/** startMns runs the command as a provider does. */
export function startMns(args: readonly string[], env: Readonly<Record<string, string>> = {}): MnsProcess {
  const child: ChildProcess = spawn(process.execPath, [COMMAND, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const listeners = new Set<() => void>();
  const hear = (chunk: Buffer) => {
    said += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const exit = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => {
      resolve(code ?? signal ?? 'unknown');
      for (const listener of listeners) listener();
    });
  });
  let ended = false;
  void exit.then(() => (ended = true));
  return {
    async end(signal) {
      child.kill(signal);
      return exit;
    },
    exit,
    heard: (pattern) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => fail('in time'), WAIT_MS);
        const done = () => {
          clearTimeout(timer);
          listeners.delete(look);
        };
        const fail = (when: string) => {
          done();
          reject(new Error(`${pattern.source} was not said ${when}:\n${said}`));
        };
        const look = () => {
          const match = pattern.exec(said);
          if (match !== null) {
            done();
            resolve(match);
          } else if (ended) fail('before it ended');
        };
        listeners.add(look);
        look();
      }),
    said: () => said,
  };
}
