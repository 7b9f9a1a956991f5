import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, request, type TestApp } from '../server/app-for-tests';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const GUIDE = readFileSync(join(ROOT, 'lib/cli/README.md'), 'utf8');
const WAIT_MS = 60_000;

interface Block {
  text: string;
  isBackground: boolean;
}

const blocks: Block[] = [...GUIDE.matchAll(/(<!-- in the background -->\n)?```sh\n([\s\S]*?)```/g)].map(([, mark, text]) => ({ isBackground: mark !== undefined, text: text ?? '' }));
// dig is part of Debian's dnsutils; where it is missing the guide's line with it can't be tried.
const hasDig = spawnSync('dig', ['-v']).error === undefined;

let shop: TestApp;
let ports: [number, number];
const home = mkdtempSync(join(tmpdir(), 'mns-guide-'));
const started: { pid: number | undefined; done: Promise<number | null>; isOver: () => boolean }[] = [];

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

beforeAll(async () => {
  shop = await openTestApp();
  ports = [await freePort(), await freePort()];
});
afterAll(async () => {
  for (const { done, isOver, pid } of started) {
    // The whole group: bash, and what it runs.
    if (pid !== undefined && !isOver()) process.kill(-pid, 'SIGTERM');
    await done;
  }
  await shop.close();
});

/** here is a block with what is another machine's in the guide set to what is there in this test: addresses, ports, and nothing else. */
function here(text: string): string {
  const lines = text.split('\n').filter((line) => hasDig || !line.startsWith('dig '));
  return lines.join('\n').replaceAll('https://mns.example', shop.url).replaceAll('8053', String(ports[0])).replaceAll('5300', String(ports[1]));
}

/** run runs a block after the definitions of the first, and pays what it is asked to pay. */
function run(text: string): { said: () => string; done: Promise<number | null> } {
  const script = `set -e\n${here(blocks[0]?.text ?? '').replace('mns --help', '')}\n${here(text)}`;
  const child = spawn('bash', ['-c', script], { cwd: ROOT, detached: true, env: { HOME: home, MNS_PASSPHRASE: 'a passphrase for tests', NODE_ENV: 'production', PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'pipe'] });
  let isOver = false;
  const done = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  void done.then(() => (isOver = true));
  started.push({ done, isOver: () => isOver, pid: child.pid });
  let output = '';
  let paid = false;
  const hear = (chunk: Buffer): void => {
    output += chunk.toString();
    const address = /^Pay here: (.*)$/m.exec(output)?.[1];
    if (address === undefined || paid) return;
    paid = true;
    void request(`${shop.url}${new URL(address).pathname}`, { body: new URLSearchParams({ card: '4242424242424242' }), method: 'POST', redirect: 'manual' });
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  return { done, said: () => output };
}

test('the guide’s blocks, run in order by a person with an empty folder, lead from nothing to a provider that validates, answers and takes messages', async () => {
  expect(blocks.length).toBeGreaterThan(5);
  let said = '';
  for (const { isBackground, text } of blocks) {
    const running = run(text);
    if (!isBackground) {
      const code = await running.done;
      said += running.said();
      expect(code, `${text}\n${running.said()}`).toBe(0);
      continue;
    }
    const untilMs = Date.now() + WAIT_MS;
    while (!running.said().includes('mns: ready')) {
      if (Date.now() > untilMs) throw new Error(`not ready:\n${running.said()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  expect(said).toContain('@provider-one.0 is yours');
  expect(said).toContain('provider.example is enrolled with seal');
  const { validators } = JSON.parse((await request(`${shop.url}/.well-known/mns.json`)).text) as { validators: { name: string }[] };
  expect(validators.map(({ name }) => name)).toEqual(['provider.example']);
  expect(said).toContain('Delivered to @provider-one.0');
  expect(said).toContain('Hello, it works.');
  if (hasDig) expect(said).toContain('v=mns1; name=provider-one; tenure=0; udf=M');
}, 120_000);
