import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { answerWith } from './processes';
import { percentile } from './rounds';

/*
 * The load: a process of its own, whose clients each keep one connection and send the next request when the last is answered.
 * Requests are ready-made bytes from a file and answers are only looked at as far as needed, so that it takes little from the server.
 */

/** LoadJob says what to send: requests `first` … `first + count` of the file, round and round if it has fewer, by `clients` clients. */
export interface LoadJob {
  file: string;
  port: number;
  clients: number;
  first: number;
  count: number;
  /** every client comes from an address of its own, as people do (127.0.0.0/8) */
  ownAddresses: boolean;
}

/** LoadResult is what came back. */
export interface LoadResult {
  seconds: number;
  /** answers from 200 to 299 */
  good: number;
  /** how many of each status, besides the good */
  others: Record<string, number>;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** of the last good answer, headers and all, in bytes */
  answerBytes: number;
}

let loaded: { file: string; bytes: Buffer; starts: Uint32Array } | null = null;

/** A file of requests: each with its length before it, four bytes, little-endian. */
function load(file: string): { bytes: Buffer; starts: Uint32Array } {
  if (loaded?.file === file) return loaded;
  const bytes = readFileSync(file);
  const starts: number[] = [];
  for (let at = 0; at < bytes.length; at += 4 + bytes.readUInt32LE(at)) starts.push(at);
  loaded = { file, bytes, starts: Uint32Array.from(starts) };
  return loaded;
}

async function run({ file, port, clients, first, count, ownAddresses }: LoadJob): Promise<LoadResult> {
  const { bytes, starts } = load(file);
  const latencies = new Float64Array(count);
  const others: Record<string, number> = {};
  let sent = 0;
  let answered = 0;
  let good = 0;
  let answerBytes = 0;
  const sockets = await Promise.all(Array.from({ length: clients }, (_, i) => open(port, ownAddresses ? `127.1.${i >> 8}.${(i & 255) + 1}` : '127.0.0.1')));
  const startMs = performance.now();
  await new Promise<void>((resolve, reject) => {
    for (const socket of sockets) {
      let sinceMs = 0;
      const next = () => {
        if (sent >= count) return;
        const at = starts[(first + sent++) % starts.length] ?? 0;
        sinceMs = performance.now();
        socket.write(bytes.subarray(at + 4, at + 4 + bytes.readUInt32LE(at)));
      };
      readAnswers(socket, (status, sizeBytes) => {
        latencies[answered] = performance.now() - sinceMs;
        answered += 1;
        if (status >= 200 && status < 300) {
          good += 1;
          answerBytes = sizeBytes;
        } else others[status] = (others[status] ?? 0) + 1;
        if (answered === count) resolve();
        else next();
      });
      socket.on('error', reject);
      socket.on('close', () => (answered < count ? reject(new Error('the server closed a connection')) : undefined));
      next();
    }
  });
  const seconds = (performance.now() - startMs) / 1000;
  for (const socket of sockets) socket.destroy();
  latencies.sort();
  return { seconds, good, others, p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99), maxMs: latencies.at(-1) ?? 0, answerBytes };
}

function open(port: number, localAddress: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      resolve(socket);
    });
  });
}

const HEADER_END = Buffer.from('\r\n\r\n');

/** readAnswers calls back with the status of each answer; one request is under way at a time. */
function readAnswers(socket: Socket, onAnswer: (status: number, sizeBytes: number) => void): void {
  let rest: Buffer | null = null;
  socket.on('data', (chunk: Buffer) => {
    const data: Buffer = rest === null ? chunk : Buffer.concat([rest, chunk]);
    const size = answerSize(data);
    if (size === null) {
      rest = data;
      return;
    }
    rest = null;
    onAnswer(Number(data.toString('latin1', 9, 12)), size);
  });
}

/** answerSize is the length of the whole answer, or null while it is not all there. */
function answerSize(data: Buffer): number | null {
  const end = data.indexOf(HEADER_END);
  if (end < 0) return null;
  const head = data.toString('latin1', 0, end).toLowerCase();
  const at = head.indexOf('\r\ncontent-length:');
  if (at >= 0) {
    const size = end + 4 + Number.parseInt(head.slice(at + 17), 10);
    return data.length >= size ? size : null;
  }
  if (head.includes('transfer-encoding: chunked')) return data.subarray(-5).equals(Buffer.from('0\r\n\r\n')) ? data.length : null;
  return end + 4;
}

answerWith(run);
