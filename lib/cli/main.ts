import { randomFillSync } from 'node:crypto';
import { provideFastCrypto } from '../native/fast-hash';
import { askTerminal } from './ask-terminal';
import type { Io } from './command';
import { run } from './run';

/* `mns`: a provider's command. It has none of the registry's database. */

function processIo(): Io {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // The second signal is from somebody who does not want to wait.
      if (stop.signal.aborted) process.exit(1);
      stop.abort();
    });
  }
  // A reader that went away (`mns … | head`) is no fault of ours.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stop.abort());
  const isTty = process.stderr.isTTY;
  let drawn = false;
  const line = (stream: NodeJS.WriteStream, text: string): void => {
    if (drawn) process.stderr.write('\r\u001B[K');
    drawn = false;
    stream.write(`${text}\n`);
  };
  return {
    ask: (question, hidden) => askTerminal(question, hidden, stop.signal),
    clock: () => Math.floor(Date.now() / 1000),
    env: process.env,
    err: (text) => line(process.stderr, text),
    fetch,
    isTty,
    out: (text) => line(process.stdout, text),
    random: (count) => randomFillSync(new Uint8Array(count)),
    redraw(text) {
      if (!isTty) return;
      drawn = true;
      process.stderr.write(`\r\u001B[K${text.slice(0, process.stderr.columns - 1)}`);
    },
    stop: stop.signal,
  };
}

provideFastCrypto();
process.exitCode = await run(process.argv.slice(2), processIo());
