import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MAX_REQUEST_BYTES } from './add-checkpoint';
import type { Witness, WitnessAnswer } from './witness';

const REQUEST_TIMEOUT_MS = 10_000;
const PLAIN = 'text/plain; charset=utf-8';
const CHECKPOINT = /^\/([0-9a-f]{64})\/checkpoint$/;

/** witnessServer answers for a witness: `POST /add-checkpoint` and `GET /<hash of the origin>/checkpoint`. `say` hears of what could not be written. */
export function witnessServer(witness: Witness, say: (line: string) => void): Server {
  const server = createServer({ headersTimeout: REQUEST_TIMEOUT_MS, maxHeaderSize: 8_192, requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    void answer(witness, request, say).then((made) => send(response, request, made));
  });
  server.maxRequestsPerSocket = 1_000;
  return server;
}

/** listen starts to listen, and gives the port. @throws what the system says, such as a port in use. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function answer(witness: Witness, request: IncomingMessage, say: (line: string) => void): Promise<WitnessAnswer> {
  const path = (request.url ?? '').split('?')[0] ?? '';
  const { method = '' } = request;
  if (path === '/add-checkpoint') {
    if (method !== 'POST') return plain(405, 'Send it with POST.');
    const body = await readBody(request);
    if (body === null) return plain(400, `A request has at most ${MAX_REQUEST_BYTES} bytes.`);
    try {
      return witness.addCheckpoint(body);
    } catch (error) {
      say(`nothing signed: ${error instanceof Error ? error.message : String(error)}`);
      return plain(500, 'This witness can’t write down what it signs, so it signs nothing.');
    }
  }
  const hash = CHECKPOINT.exec(path)?.[1];
  if (hash === undefined) return plain(404, 'There is nothing here.');
  return method === 'GET' || method === 'HEAD' ? witness.showCheckpoint(hash) : plain(405, 'Read it with GET.');
}

/** readBody reads a whole body, or null if it is too large or does not arrive. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const part of request as AsyncIterable<Uint8Array>) {
      sizeBytes += part.length;
      if (sizeBytes > MAX_REQUEST_BYTES) return null;
      parts.push(part);
    }
  } catch {
    return null;
  }
  return Buffer.concat(parts);
}

function send(response: ServerResponse, request: IncomingMessage, { body, contentType, status }: WitnessAnswer): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'access-control-allow-origin': '*', 'cache-control': 'no-store', 'content-length': bytes.length, 'content-type': contentType, 'x-content-type-options': 'nosniff' });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function plain(status: number, why: string): WitnessAnswer {
  return { body: `${why}\n`, contentType: PLAIN, status };
}
