import { createServer, type Server } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkpointToSign, formatCheckpoint } from '../core/checkpoint/checkpoint';
import { signWith } from '../core/keys/sign';
import { parseNote } from '../core/note/note';
import { logOrigin } from '../core/registry/policy';
import { encodeEvidence, evidenceFileName } from '../core/validation/evidence-file';
import { forkEvidence } from '../core/validation/make-evidence';
import type { EvidenceFileInfo, RegistryInfo } from '../client/wire';
import { gatherEvidence } from '../services/gather-evidence';
import { getJson, openTestApp, request, type TestApp } from './app-for-tests';

let at: TestApp;
let host: Server;
let hostUrl: string;
/** What a validator's host publishes: name → bytes, whether they belong together or not. */
const published = new Map<string, Uint8Array>();

beforeAll(async () => {
  at = await openTestApp({ periodSec: 3_600 });
  host = createServer((req, res) => {
    const path = req.url ?? '';
    const list = JSON.stringify({ evidence: [...published.keys()].map((name) => ({ name, sizeBytes: 1, timeSec: 0 })) });
    const body = path === '/evidence' ? list : published.get(path.slice('/evidence/'.length));
    res.statusCode = body === undefined ? 404 : 200;
    res.end(body);
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  const address = host.address();
  if (address === null || typeof address === 'string') throw new Error('the host listens');
  hostUrl = `http://127.0.0.1:${address.port}`;
});
afterAll(async () => {
  host.close();
  await at.close();
});

async function fork(fill: number): Promise<Uint8Array> {
  const a = (await request(`${at.url}/tlog/names/checkpoint`)).text;
  const [, size = '0'] = parseNote(a).text.split('\n');
  const other = checkpointToSign({ origin: logOrigin(at.world.origin, 'names'), root: new Uint8Array(32).fill(fill), size: Number(size) });
  const b = formatCheckpoint(other, [signWith(other, at.world.logs.names.seed)]);
  const { policies, registry } = await getJson<RegistryInfo>(`${at.url}/api/v1/registry`);
  const tile = (): never => {
    throw new Error('one size needs no tiles');
  };
  return encodeEvidence(forkEvidence({ a, b, log: 'names', policies, registry, tile }));
}

const listed = async () => (await getJson<{ files: EvidenceFileInfo[] }>(`${at.url}/api/v1/evidence`)).files.map(({ name }) => name);

test('evidence in the data folder is listed and served byte for byte, and nothing else of that folder', async () => {
  expect(await listed()).toEqual([]);
  const bytes = await fork(1);
  const name = evidenceFileName('fork', bytes);
  mkdirSync(join(at.dataDir, 'evidence', 'folder.mns-evidence.json'), { recursive: true });
  writeFileSync(join(at.dataDir, 'evidence', name), bytes);
  writeFileSync(join(at.dataDir, 'evidence', 'notes.txt'), 'private');
  expect(await listed()).toEqual([name]);
  const answer = await fetch(`${at.url}/api/v1/evidence/${name}`);
  expect([answer.headers.get('content-disposition'), Buffer.compare(Buffer.from(await answer.arrayBuffer()), Buffer.from(bytes))]).toEqual([`attachment; filename="${name}"`, 0]);
  for (const other of ['notes.txt', '..%2Fkeys.json', '%2e%2e%2fkeys.json', 'folder.mns-evidence.json', `../evidence/${name}x`]) expect((await request(`${at.url}/api/v1/evidence/${other}`)).status).toBe(404);
});

test('what validators publish is taken over if it holds, once, under its own name; what does not hold, or comes from nobody, is not', async () => {
  const good = await fork(2);
  const name = evidenceFileName('fork', good);
  const harmless = await fork(3);
  published.set(name, good);
  published.set(`fork-${'0'.repeat(32)}.mns-evidence.json`, harmless);
  published.set(`fork-${'1'.repeat(32)}.mns-evidence.json`, new TextEncoder().encode('{}'));
  published.set('../../keys.json', good);
  const { ctx } = at.app;
  const before = await listed();
  expect(await gatherEvidence(ctx, [`${hostUrl}/`, 'http://127.0.0.1:9'])).toBe(1);
  expect(await gatherEvidence(ctx, [hostUrl])).toBe(0);
  expect((await listed()).toSorted()).toEqual([...before, name].toSorted());
  expect(at.lines.some((line) => line.startsWith('EVIDENCE AGAINST THIS REGISTRY'))).toBe(true);
  expect(at.lines.some((line) => line.startsWith('evidence of http://127.0.0.1:9 could not be asked for'))).toBe(true);
});
