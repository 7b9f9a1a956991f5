import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { promisify } from 'node:util';
import type { DnsJob, DnsResult } from './dns-generator';
import { hasCommand, startWorker, type Worker } from './processes';
import { median } from './rounds';

const execute = promisify(execFile);
const CLIENTS = 8;
const WAITING = 200;
let own: Worker<DnsJob, DnsResult> | null = null;

/** dnsLoadName says what asks. */
export function dnsLoadName(): string {
  return hasCommand('dnsperf') ? 'dnsperf' : 'a generator on Node, no faster than the servers';
}

/** dnsRates measures servers in turn, round by round, in answers a second; a round that does not count comes first. Nothing may be lost. */
export async function dnsRates(servers: Readonly<Record<string, number>>, file: string, rounds: number, seconds: number, onRound: (what: string) => void): Promise<Map<string, number>> {
  const rates = new Map<string, number[]>();
  for (let round = -1; round < rounds; round++) {
    for (const [name, port] of Object.entries(servers)) {
      onRound(`${name}, round ${round + 2} of ${rounds + 1}`);
      const rate = hasCommand('dnsperf') ? await byDnsperf(port, file, seconds) : await byOwn(port, file, seconds);
      if (round >= 0) rates.set(name, [...(rates.get(name) ?? []), rate]);
    }
  }
  return new Map([...rates].map(([name, all]) => [name, median(all)]));
}

async function byDnsperf(port: number, file: string, seconds: number): Promise<number> {
  const { stdout } = await execute('dnsperf', ['-s', '127.0.0.1', '-p', String(port), '-d', file, '-l', String(seconds), '-c', String(CLIENTS), '-q', String(WAITING)]);
  const [, perSec] = /Queries per second:\s+([\d.]+)/.exec(stdout) ?? [];
  const [, completed] = /Queries completed:\s+\d+ \(([\d.]+)%\)/.exec(stdout) ?? [];
  if (perSec === undefined || Number(completed) < 99) throw new Error(`dnsperf lost answers:\n${stdout}`);
  return Number(perSec);
}

async function byOwn(port: number, file: string, seconds: number): Promise<number> {
  own ??= startWorker<DnsJob, DnsResult>('dns-generator.ts');
  const result = await own.ask({ file, port, seconds });
  return result.answered / result.seconds;
}

/** answersDns waits until a server answers a query, in seconds since it was asked to start. */
export async function answersDns(port: number, name: string, forMs: number): Promise<void> {
  const labels = [...name.split('.').flatMap((label) => [Buffer.of(label.length), Buffer.from(label)]), Buffer.of(0, 0, 1, 0, 1)];
  const query = Buffer.concat([Buffer.from('123400000001000000000000', 'hex'), ...labels]);
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setInterval(() => socket.send(query, port, '127.0.0.1', () => undefined), 20);
      const late = setTimeout(() => {
        clearInterval(timer);
        reject(new Error(`port ${port} does not answer about ${name}`));
      }, forMs);
      socket.on('message', (answer) => {
        // a server that is loading says SERVFAIL or REFUSED
        if (((answer[3] as number) & 15) > 3 || ((answer[3] as number) & 15) === 2) return;
        clearInterval(timer);
        clearTimeout(late);
        resolve();
      });
    });
  } finally {
    socket.close();
  }
}
