import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { answerWith } from './processes';

/* Sends DNS queries where there is no dnsperf. Slower than the servers it measures: then all of them are told apart less. */

/** DnsJob is one round: the queries of a file (`name type` a line), over and over. */
export interface DnsJob {
  file: string;
  port: number;
  seconds: number;
}

/** DnsResult is what came back. */
export interface DnsResult {
  answered: number;
  lost: number;
  seconds: number;
}

const SOCKETS = 4;
const WAITING_EACH = 50;
const TYPES: Readonly<Record<string, number>> = { A: 1, TXT: 16 };

function queryOf(line: string): Buffer {
  const [name = '', type = 'A'] = line.split(' ');
  const labels = name.split('.').flatMap((label) => [Buffer.of(label.length), Buffer.from(label)]);
  return Buffer.concat([Buffer.from('000000000001000000000000', 'hex'), ...labels, Buffer.of(0, 0, TYPES[type] ?? 1, 0, 1)]);
}

answerWith(async ({ file, port, seconds }: DnsJob): Promise<DnsResult> => {
  const queries = readFileSync(file, 'utf8').trim().split('\n').map(queryOf);
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  let next = 0;
  let sent = 0;
  let answered = 0;
  const sockets = Array.from({ length: SOCKETS }, () => createSocket({ type: 'udp4', recvBufferSize: 4 << 20 }));
  await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.connect(port, '127.0.0.1', resolve))));
  for (const socket of sockets) {
    const send = () => {
      socket.send(queries[next++ % queries.length] ?? Buffer.alloc(0));
      sent++;
    };
    socket.on('message', () => {
      answered++;
      if (performance.now() < endMs) send();
    });
    for (let i = 0; i < WAITING_EACH; i++) send();
  }
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000 + 100));
  for (const socket of sockets) socket.close();
  return { answered, lost: sent - answered, seconds: (performance.now() - startMs - 100) / 1000 };
});
