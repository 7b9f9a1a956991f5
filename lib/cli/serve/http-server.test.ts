import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HttpOptions, type HttpServing, serveHttp } from './http-server';

const MOST = 3;
const logged: string[] = [];
let server: HttpServing;

beforeAll(async () => {
  const takes = {
    name: 'takes',
    piece: {
      handle: async (req: AsyncIterable<Uint8Array>, res: { end(): void }) => {
        for await (const part of req) void part;
        res.end();
        return true;
      },
    },
  };
  const parts = { clock: () => 0, copy: null, names: null, pieces: [takes] } as object as HttpOptions;
  server = await serveHttp({ ...parts, host: '127.0.0.1', log: (line) => logged.push(line), maxConnections: MOST, port: 0, tls: null });
});

afterAll(() => server.close());

function opened(): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => resolve(socket));
    socket.on('error', () => undefined);
  });
}

test('more connections than there may be are closed at once', async () => {
  const open = [];
  for (let i = 0; i < MOST; i++) open.push(await opened());
  const more = await opened();
  const isClosed = new Promise((resolve) => more.on('close', () => resolve(true)));
  more.resume();
  expect(await Promise.race([isClosed, new Promise((resolve) => setTimeout(resolve, 1_000, false))])).toBe(true);
  for (const socket of open) socket.destroy();
});

test('a client that goes away in the middle of a request writes nothing into the log', async () => {
  const socket = await opened();
  socket.write('POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n123');
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(logged).toEqual([]);
});
