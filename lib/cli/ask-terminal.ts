import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/**
 * askTerminal asks one question on standard error and reads one line; `hidden` echoes nothing. Null where standard input is no
 * terminal, or the person ended it.
 */
export function askTerminal(question: string, hidden: boolean, stop: AbortSignal): Promise<string | null> {
  if (!process.stdin.isTTY) return Promise.resolve(null);
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: hidden ? silent : process.stderr, terminal: true });
  return new Promise((resolve) => {
    const end = (answer: string | null) => {
      stop.removeEventListener('abort', cancel);
      lines.close();
      if (hidden || answer === null) process.stderr.write('\n');
      resolve(answer);
    };
    const cancel = () => end(null);
    stop.addEventListener('abort', cancel, { once: true });
    lines.once('line', (line) => end(line));
    lines.once('SIGINT', () => end(null));
  });
}
