import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FixtureRegistry } from '../core/assertion/fixtures';
import type { ParsedAssertion } from '../core/assertion/parse';
import type { Json } from '../core/bytes/canonical-json';
import { fromBase64 } from '../core/bytes/base64';
import { toHex } from '../core/bytes/hex';
import { verifyStateProof, type VerifiedState } from '../core/validation/light-client';
import type { RegistryInfo } from '../client/wire';
import type { ShownAssertion, SubmittedAssertion } from '../services/submit-assertion';
import { openApp, type App } from './app';
import type { ServerEnv } from './env';
import { makeHttpServer } from './http-server';
import { worldOf } from './process-for-tests';

/** TestApp is a whole server in the test's own process, on a port of its own. */
export interface TestApp {
  app: App;
  url: string;
  dataDir: string;
  world: FixtureRegistry;
  lines: string[];
  close(): Promise<void>;
}

/** Answer is an HTTP answer with its body read. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** newDataDir makes an empty data folder. */
export function newDataDir(): string {
  return mkdtempSync(join(tmpdir(), 'mns-data-'));
}

/** openTestApp opens an app, with its server, in `dataDir` or a fresh one. */
export async function openTestApp(options: Partial<Omit<ServerEnv, 'databaseUrl'>> & { databaseUrl?: string | undefined } = {}): Promise<TestApp> {
  const { databaseUrl = null, dataDir = newDataDir(), ...others } = options;
  const lines: string[] = [];
  const env = { port: 0, host: null, trustedProxies: [], origin: 'localhost:41900', periodSec: 1, stripe: null, snapshotSeals: 0, testDelaySec: null, witnesses: [], evidenceFrom: [], forkFrom: null };
  const app = await openApp({ ...env, ...others, databaseUrl, dataDir }, (line) => lines.push(line));
  const http = makeHttpServer(app);
  const port = await http.listen(0);
  app.listening(port);
  const url = `http://${others.host ?? '127.0.0.1'}:${port}`;
  const info = JSON.parse((await request(`${url}/api/v1/registry`)).text) as RegistryInfo;
  const close = async () => {
    await Promise.all([http.close(), app.close()]);
  };
  return { app, url, dataDir, world: worldOf(info, dataDir), lines, close };
}

/** request sends a request and reads the whole answer. */
export async function request(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** getJson reads a JSON answer, whatever its status. */
export async function getJson<Shape>(url: string): Promise<Shape> {
  return JSON.parse((await request(url)).text) as Shape;
}

/** post sends an assertion's bytes. */
export function post(url: string, parsed: Pick<ParsedAssertion, 'bytes'>): Promise<Answer> {
  return request(`${url}/api/v1/assertions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: Buffer.from(parsed.bytes) });
}

/** accept sends an assertion and expects the promise. */
export async function accept(url: string, parsed: ParsedAssertion): Promise<SubmittedAssertion> {
  const answer = await post(url, parsed);
  if (answer.status !== 202) throw new Error(`not accepted: ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text) as SubmittedAssertion;
}

/** sealed waits until an assertion is sealed, or refused. */
export async function sealed(url: string, parsed: ParsedAssertion, withinMs = 20_000): Promise<ShownAssertion> {
  const id = toHex(fromBase64(parsed.hash, 32));
  const untilMs = Date.now() + withinMs;
  for (;;) {
    const shown = await getJson<ShownAssertion>(`${url}/api/v1/assertions/${id}`);
    if (shown.state === 'sealed' || shown.state === 'refused') return shown;
    if (Date.now() > untilMs) throw new Error(`still ${shown.state} after ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** proved fetches a state proof and runs the light client over it. */
export async function proved(url: string, path: string, registry: string, seen: { size: number; root: string } | null = null): Promise<VerifiedState> {
  const answer = await request(`${url}/api/v1/${path}`);
  if (answer.status !== 200) throw new Error(`no proof: ${answer.status} ${answer.text}`);
  return verifyStateProof(JSON.parse(answer.text) as Json, { registry, seen });
}

/** failures lists the steps of a verification that did not hold, for a test's message. */
export function failures(state: VerifiedState): string[] {
  return state.steps.filter((step) => step.state === 'failed').map((step) => `${step.code}: ${step.problem?.detail ?? ''}`);
}
