import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeIdentity, makeRegister } from '../../core/assertion/fixtures';
import { parseAssertion } from '../../core/assertion/parse';
import { parseNote, verifyNote } from '../../core/note/note';
import { parseVkey } from '../../core/note/vkey';
import { sha256 } from '../../core/bytes/sha256';
import { CopyReader } from '../../copy/copy-reader';
import type { RegistryInfo } from '../../client/wire';
import { accept, newDataDir, request, sealed } from '../../server/app-for-tests';
import { type ServerProcess, startServer, worldOf } from '../../server/process-for-tests';
import { type TestIo, testIo } from '../io-for-tests';
import { createKeyFile } from '../keys/key-file';
import { run } from '../run';
import { newFolder } from './validate-for-tests';

const LABELS = ['first', 'second', 'third'];
const PASSPHRASE = 'a long enough passphrase';
const WITHIN_MS = 60_000;

let server: ServerProcess;
const running: { dir: string; io: TestIo; done: Promise<number> }[] = [];

beforeAll(async () => {
  const dataDir = newDataDir();
  server = startServer({ dataDir, periodSec: 2, port: 42_391 });
  await server.ready;
  const info = JSON.parse((await request(`${server.url}/api/v1/registry`)).text) as RegistryInfo;
  const world = worldOf(info, dataDir);
  const registrations = LABELS.map((label) => makeRegister(world, makeIdentity(world.registry, label), `${label}-validator`));
  for (const one of registrations) await accept(server.url, one);
  for (const one of registrations) expect((await sealed(server.url, one)).state).toBe('sealed');
  for (const label of LABELS) {
    const dir = newFolder();
    const { certificate, key } = makeIdentity(world.registry, label);
    const made = { certificate: certificate.envelope, createdSec: 1_700_000_000, encryptSeeds: [sha256(key.seed)], registry: world.registry, signingSeed: key.seed };
    createKeyFile(join(dir, 'key'), made, PASSPHRASE, { cost: 4_096, random: testIo().random });
    const io = testIo({ env: { MNS_PASSPHRASE: PASSPHRASE } });
    const done = run(['validate', server.url, '--data', dir, '--name', `${label}.example`, '--enrol', '--key', join(dir, 'key'), '--holds', `@${label}-validator`], io);
    running.push({ dir, done, io });
  }
}, 120_000);

afterAll(async () => {
  for (const { io } of running) io.stopNow();
  await Promise.all(running.map(({ done }) => done));
  await server.stop();
});

/** until asks again and again until there is an answer. */
async function until<Value>(what: string, ask: () => Promise<Value | null>): Promise<Value> {
  const untilMs = Date.now() + WITHIN_MS;
  for (;;) {
    const found = await ask();
    if (found !== null) return found;
    if (Date.now() > untilMs) throw new Error(`${what}: not within ${WITHIN_MS} ms\n${running.flatMap(({ io }) => [...io.errLines, ...io.outLines]).join('\n')}\n${server.log().slice(-2_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

test('three validators enrol; their tokens stand on the checkpoint and, a minute later, in the log', async () => {
  await until('enrolled', async () => (running.every(({ io }) => io.outLines.some((line) => line.includes('is enrolled with seal'))) ? true : null));
  const wellKnown = await until('shown', async () => {
    const { validators } = JSON.parse((await request(`${server.url}/.well-known/mns.json`)).text) as { validators: { vkey: string }[] };
    return validators.length === LABELS.length ? validators : null;
  });
  const keys = wellKnown.map(({ vkey }) => parseVkey(vkey));
  const note = await until('cosigned by all', async () => {
    const answer = await request(`${server.url}/tlog/names/cosigned`);
    const isAll = answer.status === 200 && keys.every(({ name }) => answer.text.includes(`— ${name} `));
    return isAll ? parseNote(answer.text) : null;
  });
  expect(verifyNote(note, keys).verified).toHaveLength(LABELS.length);

  // Each validator has a copy of its own, replayed; the tokens come round to it as entries that it replays in turn.
  const logged = await until('logged', async () => {
    const reader = CopyReader.open(running[0]?.dir ?? '');
    try {
      const head = reader.head();
      const entries = head === null ? [] : reader.proofs.entries(0, reader.proofs.size).map((bytes) => parseAssertion(bytes).payload);
      const tokens = entries.flatMap((payload) => (payload.type === 'tokens' ? payload.seals.flatMap((seal) => seal.tokens.map(({ vkey }) => ({ seal: seal.seal, vkey }))) : []));
      const ofOne = tokens.filter(({ seal }) => tokens.filter((other) => other.seal === seal).length === LABELS.length);
      return head?.checked === 'replayed' && ofOne.length > 0 ? ofOne : null;
    } finally {
      reader.close();
    }
  });
  expect(new Set(logged.map(({ vkey }) => vkey))).toEqual(new Set(wellKnown.map(({ vkey }) => vkey)));
}, 180_000);

test('mns serve --validate signs what it replays, enrolled or not, and shows its newest checkpoint', async () => {
  const io = testIo();
  const done = run(['serve', '--data', newFolder(), '--http', '0', '--dns', '0', '--follow', server.url, '--validate', '--name', 'fourth.example'], io);
  running.push({ dir: '', done, io });
  const note = await until('served', async () => {
    const port = /HTTP on [^ ]*:(\d+)/.exec(io.outLines.join('\n'))?.[1];
    if (port === undefined) return null;
    const answer = await request(`http://127.0.0.1:${port}/checkpoint`);
    return answer.status === 200 && answer.text.includes('— fourth.example ') ? parseNote(answer.text) : null;
  });
  const line = io.outLines.join('\n');
  expect(line).toContain('validating');
  expect(note.signatures.map(({ name }) => name)).toContain('localhost:41900/tlog/names');
}, 90_000);
