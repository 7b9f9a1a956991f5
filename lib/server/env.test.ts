import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publicKeyOf } from '../core/keys/sign';
import { COSIGNATURE, ED25519, formatVkey, makeVkey } from '../core/note/vkey';
import { EnvError, readEnv } from './env';

test('an empty environment gives the documented defaults', () => {
  expect(readEnv({}, '/srv')).toEqual({ port: 3000, host: null, trustedProxies: [], origin: 'localhost:3000', periodSec: 60, databaseUrl: null, dataDir: '/srv/.data', stripe: null, snapshotSeals: 1_440, testDelaySec: null, forkFrom: null, witnesses: [], evidenceFrom: [] });
});

test('every variable is read', () => {
  const env = readEnv({
    PORT: '41001', HOST: '0.0.0.0', MNS_TRUSTED_PROXIES: '10.0.0.0/8, ::1', MNS_ORIGIN: 'mns.example', MNS_PERIOD_SEC: '5', DATABASE_URL: 'postgresql://u@h/db', MNS_DATA_DIR: '/var/mns',
    STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: 'whsec_1', MNS_SNAPSHOT_SEALS: '0',
  });
  expect(env).toEqual({
    port: 41001, host: '0.0.0.0', trustedProxies: ['10.0.0.0/8', '::1'], origin: 'mns.example', periodSec: 5, databaseUrl: 'postgresql://u@h/db', dataDir: '/var/mns',
    stripe: { secretKey: 'sk_test_1', webhookSecret: 'whsec_1' }, snapshotSeals: 0, testDelaySec: null, forkFrom: null, witnesses: [], evidenceFrom: [],
  });
});

test.each([
  ['PORT', '3000x'], ['PORT', '70000'], ['PORT', '-1'], ['PORT', '0'], ['HOST', 'all'], ['MNS_TRUSTED_PROXIES', 'proxy.example'], ['MNS_PERIOD_SEC', '0'], ['MNS_PERIOD_SEC', '1.5'], ['MNS_PERIOD_SEC', '1e3'],
  ['MNS_ORIGIN', 'https://localhost'], ['MNS_ORIGIN', 'Localhost:3000'], ['MNS_ORIGIN', 'localhost:0'], ['MNS_ORIGIN', 'localhost:03000'], ['MNS_ORIGIN', 'a b'],
  ['DATABASE_URL', 'mysql://h/db'], ['STRIPE_SECRET_KEY', 'sk_test_1'], ['STRIPE_WEBHOOK_SECRET', 'whsec_1'],
])('%s=%s is refused with its name in the message', (name, value) => {
  expect(() => readEnv({ [name]: value })).toThrow(EnvError);
  expect(() => readEnv({ [name]: value })).toThrow(name);
});

test('short delays are for registries that nobody outside can reach', () => {
  expect(readEnv({ MNS_TEST_DELAY_SEC: '2' }).testDelaySec).toBe(2);
  const open = { MNS_ORIGIN: 'mns.example', MNS_TEST_DELAY_SEC: '2', STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: 'whsec_1' };
  expect(() => readEnv(open)).toThrow('MNS_TEST_DELAY_SEC');
});

test('a Stripe key never stands in a message', () => {
  try {
    readEnv({ STRIPE_SECRET_KEY: 'pk_live_secret', STRIPE_WEBHOOK_SECRET: 'whsec_1' });
    expect.unreachable();
  } catch (error) {
    expect(String(error)).not.toContain('pk_live_secret');
  }
});

test('a public origin without Stripe refuses to start', () => {
  expect(() => readEnv({ MNS_ORIGIN: 'mns.example' })).toThrow('MNS_ORIGIN');
});

test('witnesses are read from the variable or from the file it names, and a wrong one is said', () => {
  const vkey = formatVkey(makeVkey('witness.example', COSIGNATURE, publicKeyOf(new Uint8Array(32).fill(1))));
  const other = formatVkey(makeVkey('other.example', COSIGNATURE, publicKeyOf(new Uint8Array(32).fill(2))));
  const read = (value: string, folder = '/') => readEnv({ MNS_WITNESSES: value }, folder).witnesses.map(({ url, vkey: key }) => [key.name, url]);
  const both = [['witness.example', 'https://w.example/sub'], ['other.example', 'http://127.0.0.1:80']];
  expect(read(`${vkey}@https://w.example/sub/ ${other}@http://127.0.0.1:80`)).toEqual(both);
  const folder = mkdtempSync(join(tmpdir(), 'mns-env-'));
  writeFileSync(join(folder, 'witnesses.txt'), `# ours\n${vkey}@https://w.example/sub # main\n\n${other}@http://127.0.0.1:80\n`);
  expect(read('witnesses.txt', folder)).toEqual(both);
  const plain = formatVkey(makeVkey('log.example', ED25519, publicKeyOf(new Uint8Array(32).fill(1))));
  for (const wrong of [vkey, `${vkey}@ftp://w.example`, `${vkey.replace('+', '+0')}@https://w.example`, `${plain}@https://w.example`, `${vkey}@https://a.example ${vkey}@https://b.example`]) {
    expect(() => read(wrong)).toThrow('MNS_WITNESSES');
  }
});

test('validators whose evidence is shown are given by their addresses', () => {
  expect(readEnv({ MNS_EVIDENCE_FROM: ' https://one.example  http://localhost:4001/ ' }).evidenceFrom).toEqual(['https://one.example', 'http://localhost:4001/']);
  for (const bad of ['one.example', 'ftp://one.example']) expect(() => readEnv({ MNS_EVIDENCE_FROM: bad })).toThrow(EnvError);
});
