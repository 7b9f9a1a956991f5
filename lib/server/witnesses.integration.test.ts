import { mkdtempSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeIdentity, makeRegister } from '../core/assertion/fixtures';
import { publicKeyOf, sign } from '../core/keys/sign';
import { parseNote, verifyNote } from '../core/note/note';
import { COSIGNATURE, makeVkey, parseVkey, type Vkey } from '../core/note/vkey';
import { Witness as RealWitness } from '../cli/witness/witness';
import type { WitnessKey } from '../cli/witness/witness-key';
import { DamageError } from '../services/edge-check';
import type { Witness } from '../services/witnesses';
import { accept, newDataDir, openTestApp, request, sealed, type TestApp } from './app-for-tests';

/** Peer is a witness of the test's own, behind HTTP: how it answers can be changed while the registry runs. */
interface Peer {
  key: WitnessKey;
  witness: Witness;
  answer: (body: Uint8Array, res: ServerResponse) => void;
  asked: number;
}

const servers: Server[] = [];
const held: ServerResponse[] = [];

async function startPeer(name: string, fill: number): Promise<Peer> {
  const seed = new Uint8Array(32).fill(fill);
  const vkey = makeVkey(name, COSIGNATURE, publicKeyOf(seed));
  const peer: Peer = { answer: (_body, res) => plainly(res, 404, 'unknown log\n'), asked: 0, key: { sign: (what) => sign(what, seed), vkey }, witness: { url: '', vkey } };
  const server = createServer((req, res) => void read(req).then((body) => ((peer.asked += 1), peer.answer(body, res))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  peer.witness.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return peer;
}

async function read(req: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function plainly(res: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  res.writeHead(status, { 'content-type': type });
  res.end(body);
}

/** honest makes a peer cosign as the specification says, remembering nothing yet. */
function honest(peer: Peer, logKeys: Vkey[], origin: string): void {
  const real = new RealWitness(mkdtempSync(join(tmpdir(), 'mns-witness-')), [{ origin, vkeys: logKeys }], peer.key, () => Math.floor(Date.now() / 1000));
  peer.answer = (body, res) => {
    const { status, contentType, body: text } = real.addCheckpoint(body);
    plainly(res, status, text, contentType);
  };
}

let good: Peer;
let slow: Peer;
let wrong: Peer;
let app: TestApp;
let dataDir: string;
let logKeys: Vkey[];
let origin: string;
const dead: Witness = { url: 'http://127.0.0.1:9', vkey: makeVkey('dead.example', COSIGNATURE, publicKeyOf(new Uint8Array(32).fill(4))) };

beforeAll(async () => {
  [good, slow, wrong] = await Promise.all([startPeer('good.example', 1), startPeer('slow.example', 2), startPeer('wrong.example', 3)]);
  dataDir = newDataDir();
  app = await openTestApp({ dataDir, witnesses: [good.witness, slow.witness, wrong.witness, dead] });
  logKeys = app.app.ctx.registry.policy().logs.names.map(parseVkey);
  origin = `${app.app.ctx.registry.origin}/tlog/names`;
  honest(good, logKeys, origin);
  slow.answer = (_body, res) => void held.push(res);
});
afterAll(async () => {
  await app.close();
  for (const res of held) res.destroy();
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
});

const newest = async () => (await request(`${app.url}/tlog/names/checkpoint`)).text;
const cosigners = (note: string): string[] => verifyNote(parseNote(note), [...logKeys, good.key.vkey, slow.key.vkey, wrong.key.vkey]).verified.filter(({ timeSec }) => timeSec !== null).map(({ vkey }) => vkey.name);

/** cosigned waits for a newest checkpoint that the good witness has cosigned, other than `before`. */
async function cosigned(before: string | null = null): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    const note = await newest();
    if (cosigners(note).length > 0 && parseNote(note).text !== before) return note;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`no checkpoint was cosigned: ${app.lines.join('\n')}`);
}

test('a good witness cosigns seal after seal, while others are slow, wrong and dead, and the seals come in time', async () => {
  const forged = (await cosigned()).split('\n').find((line) => line.startsWith('— good.example')) ?? '';
  // Its own name on the line, and another checkpoint's signature of somebody else; besides a line of the good witness that is real.
  wrong.answer = (_body, res) => plainly(res, 200, `${forged}\n${forged.replace('good.example', 'wrong.example')}\n`);
  const from = app.app.ctx.registry.head;
  const { registry } = app.world;
  const register = makeRegister(app.world, makeIdentity(registry, 'witnessed'), 'witnessedname');
  await accept(app.url, register);
  const { seal } = await sealed(app.url, register);
  const first = await cosigned();
  const second = await cosigned(parseNote(first).text);
  expect(cosigners(second)).toEqual(['good.example']);
  const { head } = app.app.ctx.registry;
  expect(head.number).toBeGreaterThan(seal ?? 0);
  // A second a seal: nobody's silence has held one up.
  expect(head.timeSec - from.timeSec).toBeLessThanOrEqual(head.number - from.number + 1);
  expect(slow.asked).toBeGreaterThan(0);
  const said = app.lines.filter((line) => line.startsWith('witness '));
  expect(said.filter((line) => line.startsWith('witness dead.example')).length).toBe(1);
  expect(said.filter((line) => line.startsWith('witness wrong.example')).length).toBeGreaterThan(0);
});

test('the line stays on the checkpoint of its size, which is final once two seals have followed', async () => {
  const note = await cosigned();
  const [, size] = note.split('\n');
  const at = `${app.url}/tlog/names/checkpoint/${size}`;
  const young = await request(at);
  expect(cosigners(young.text)).toEqual(['good.example']);
  expect(young.headers.get('cache-control')).toBe('no-store');
  const { number } = app.app.ctx.registry.head;
  while (app.app.ctx.registry.head.number < number + 2) await new Promise((resolve) => setTimeout(resolve, 20));
  const old = await request(at);
  expect(old.text).toBe(young.text);
  expect(old.headers.get('cache-control')).toContain('immutable');
  expect((await request(`${app.url}/metrics`)).text).toMatch(/mns_witness_seal\{witness="good\.example"\} \d+/);
});

test('a witness that has forgotten, or that lost what it had cosigned last, is brought on from where it is', async () => {
  honest(good, logKeys, origin);
  const asked = good.asked;
  const before = parseNote(await newest()).text;
  expect(cosigners(await cosigned(before))).toEqual(['good.example']);
  // The size it was told of first is not the one it has: it is asked twice.
  expect(good.asked - asked).toBeGreaterThanOrEqual(2);
  expect(app.lines.filter((line) => /witness good\.example does not/.test(line)).length).toBeLessThanOrEqual(1);
});

test('a database older than what a witness has cosigned is not gone on from', async () => {
  await app.close();
  const ahead = app.app.ctx.registry.head.names.size + 5;
  good.answer = (_body, res) => plainly(res, 409, `${ahead}\n`, 'text/x.tlog.size');
  wrong.answer = (_body, res) => plainly(res, 500, 'no');
  await expect(openTestApp({ dataDir, witnesses: [wrong.witness, good.witness] })).rejects.toThrow(DamageError);
  // Silence is no obstacle, and neither is a witness that knows less.
  good.answer = (_body, res) => plainly(res, 409, '1\n', 'text/x.tlog.size');
  app = await openTestApp({ dataDir, witnesses: [dead, good.witness] });
  await expect(newest()).resolves.toContain(origin);
});
