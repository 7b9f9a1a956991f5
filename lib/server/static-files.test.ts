import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { staticFiles } from './static-files';

const SCRIPT = 'const a = 1;\n'.repeat(500);
let root: string;
let server: Server;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'mns-static-'));
  mkdirSync(join(root, '.next/static/chunks/app'), { recursive: true });
  writeFileSync(join(root, '.next/static/chunks/app/page-1a2b.js'), SCRIPT);
  writeFileSync(join(root, '.next/static/chunks/style.css'), 'a { color: red }');
  writeFileSync(join(root, '.next/static/chunks/font.woff2'), 'font');
  writeFileSync(join(root, '.next/secret.js'), 'secret');
  const files = staticFiles(root);
  server = createServer((req, res) => {
    void files(req, res).then((taken) => {
      if (taken) return;
      res.statusCode = 418;
      res.end('left to Next');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());

interface Got {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** ask sends a path as it is: fetch would tidy up `..` and decode the answer. */
function ask(path: string, headers: Record<string, string> = { 'accept-encoding': 'gzip, br' }, method = 'GET'): Promise<Got> {
  return new Promise((resolve, reject) => {
    const req = request({ agent: false, headers, host: '127.0.0.1', method, path, port: (server.address() as AddressInfo).port }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('end', () => resolve({ body: Buffer.concat(chunks), headers: res.headers, status: res.statusCode ?? 0 }));
    });
    req.on('error', reject);
    req.end();
  });
}

test('scripts and styles of the build come compressed, to be kept for ever, from memory after the first time', async () => {
  const first = await ask('/_next/static/chunks/app/page-1a2b.js');
  expect(first.status).toBe(200);
  expect(first.headers).toMatchObject({ 'cache-control': 'public, max-age=31536000, immutable', 'content-encoding': 'br', 'content-type': 'application/javascript; charset=utf-8', vary: 'accept-encoding', 'x-content-type-options': 'nosniff' });
  expect(brotliDecompressSync(first.body).toString()).toBe(SCRIPT);
  expect(first.body.length).toBeLessThan(SCRIPT.length / 10);
  expect((await ask('/_next/static/chunks/style.css')).headers['content-type']).toBe('text/css; charset=utf-8');
  rmSync(join(root, '.next/static/chunks/app/page-1a2b.js'));
  expect((await ask('/_next/static/chunks/app/page-1a2b.js')).body).toEqual(first.body);
  const head = await ask('/_next/static/chunks/style.css', { 'accept-encoding': 'br' }, 'HEAD');
  expect([head.status, head.body.length, Number(head.headers['content-length']) > 0]).toEqual([200, 0, true]);
});

test('everything else is left to Next: other files, ranges, other methods, browsers without Brotli, ways out of the folder', async () => {
  const left = [
    ask('/_next/static/chunks/font.woff2'),
    ask('/_next/static/chunks/none.js'),
    ask('/_next/static/chunks/style.css', { 'accept-encoding': 'br', range: 'bytes=0-3' }),
    ask('/_next/static/chunks/style.css', { 'accept-encoding': 'br' }, 'POST'),
    ask('/_next/static/chunks/style.css', { 'accept-encoding': 'gzip' }),
    ask('/_next/static/chunks/style.css', {}),
    ask('/_next/static/../secret.js'),
    ask('/_next/static/%2e%2e/secret.js'),
    ask('/_next/static/.hidden.js'),
    ask('/_next/static/chunks/style.css?x=1'),
    ask('/'),
  ];
  expect((await Promise.all(left)).map(({ status }) => status)).toEqual(left.map(() => 418));
});

test('a file that was not there when it was asked for first is given once it is', async () => {
  expect((await ask('/_next/static/late.js')).status).toBe(418);
  writeFileSync(join(root, '.next/static/late.js'), 'late');
  expect(brotliDecompressSync((await ask('/_next/static/late.js')).body).toString()).toBe('late');
});
