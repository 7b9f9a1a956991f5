import { closeSync, openSync, writeSync } from 'node:fs';
import type { LoadJob, LoadResult } from './load-generator';
import { cpuSec, startWorker, type Worker } from './processes';
import { median } from './rounds';

/** postRequest is the bytes of a POST with a JSON body. */
export function postRequest(path: string, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`), body]);
}

/** getRequest is the bytes of a GET. */
export function getRequest(path: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: */*\r\n\r\n`);
}

/** RequestFile writes requests for the load generator. */
export class RequestFile {
  private readonly handle: number;
  count = 0;

  constructor(readonly path: string) {
    this.handle = openSync(path, 'w');
  }

  add(requests: readonly Uint8Array[]): void {
    const parts = requests.flatMap((request) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(request.length);
      return [length, request];
    });
    writeSync(this.handle, Buffer.concat(parts));
    this.count += requests.length;
  }

  close(): void {
    closeSync(this.handle);
  }
}

/** Load sends one file's requests, round after round. */
export interface Load {
  rounds: number;
  count: number;
  clients: number;
  port: number;
  /** the server's process, whose time on the processors is measured too */
  pid?: number;
  file: string;
  ownAddresses?: boolean;
  /** whether each request may be sent once only */
  once: boolean;
  /** whether the server may fail a few (did:plc's does, under concurrency); they don't count, and take their time */
  mayFail?: boolean;
  /** what comes before the rounds: that many requests by one client, from the file's start, and then `after` */
  prefill?: { count: number; after: () => Promise<void> };
  onRound?: (round: number) => void;
}

/** Loaded is the median of the rounds; latencies too. */
export interface Loaded {
  perSec: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  answerBytes: number;
  /** answers that were not good, of all that count */
  failedShare: number;
  /** processor time of the server's process, all its threads, for each good answer; the database's is not in it. NaN if not measured. */
  cpuMs: number;
}

let generator: Worker<LoadJob, LoadResult> | null = null;

/** measureLoad runs a warm-up round and then the rounds that count. Every answer must be good. */
export async function measureLoad({ rounds, count, clients, port, pid = 0, file, ownAddresses = false, once, mayFail = false, prefill, onRound }: Load): Promise<Loaded> {
  generator ??= startWorker<LoadJob, LoadResult>('load-generator.ts');
  const results: (LoadResult & { cpuSec: number })[] = [];
  if (prefill !== undefined) {
    await generator.ask({ file, port, clients: 1, first: 0, count: prefill.count, ownAddresses });
    await prefill.after();
  }
  const start = prefill?.count ?? 0;
  for (let round = -1; round < rounds; round++) {
    onRound?.(round);
    const beforeSec = cpuSec(pid) ?? Number.NaN;
    const result = await generator.ask({ file, port, clients, first: once ? start + (round + 1) * count : 0, count, ownAddresses });
    if (result.good !== count && !(mayFail && result.good > count / 2)) throw new Error(`of ${count} answers only ${result.good} were good: ${JSON.stringify(result.others)}`);
    if (round >= 0) results.push({ ...result, cpuSec: (cpuSec(pid) ?? Number.NaN) - beforeSec });
  }
  return {
    perSec: median(results.map(({ good, seconds }) => good / seconds)),
    p50Ms: median(results.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(results.map(({ p99Ms }) => p99Ms)),
    maxMs: Math.max(...results.map(({ maxMs }) => maxMs)),
    answerBytes: results.at(-1)?.answerBytes ?? 0,
    failedShare: 1 - results.reduce((sum, { good }) => sum + good, 0) / (count * rounds),
    cpuMs: median(results.map((result) => (result.cpuSec * 1000) / result.good)),
  };
}
