import { expect, test } from 'vitest';
import { EnvError, readEnv } from './env';

test('an empty environment gives the documented defaults', () => {
  expect(readEnv({}, '/srv')).toEqual({ port: 3000, origin: 'localhost:3000', periodSec: 60, databaseUrl: null, dataDir: '/srv/.data', stripe: null, snapshotSeals: 1_440 });
});

test('every variable is read', () => {
  const env = readEnv({
    PORT: '41001', MNS_ORIGIN: 'mns.example', MNS_PERIOD_SEC: '5', DATABASE_URL: 'postgresql://u@h/db', MNS_DATA_DIR: '/var/mns',
    STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: 'whsec_1', MNS_SNAPSHOT_SEALS: '0',
  });
  expect(env).toEqual({
    port: 41001, origin: 'mns.example', periodSec: 5, databaseUrl: 'postgresql://u@h/db', dataDir: '/var/mns',
    stripe: { secretKey: 'sk_test_1', webhookSecret: 'whsec_1' }, snapshotSeals: 0,
  });
});

test.each([
  ['PORT', '3000x'], ['PORT', '70000'], ['PORT', '-1'], ['PORT', '0'], ['MNS_PERIOD_SEC', '0'], ['MNS_PERIOD_SEC', '1.5'], ['MNS_PERIOD_SEC', '1e3'],
  ['MNS_ORIGIN', 'https://localhost'], ['MNS_ORIGIN', 'Localhost:3000'], ['MNS_ORIGIN', 'localhost:0'], ['MNS_ORIGIN', 'localhost:03000'], ['MNS_ORIGIN', 'a b'],
  ['DATABASE_URL', 'mysql://h/db'], ['STRIPE_SECRET_KEY', 'sk_test_1'], ['STRIPE_WEBHOOK_SECRET', 'whsec_1'],
])('%s=%s is refused with its name in the message', (name, value) => {
  expect(() => readEnv({ [name]: value })).toThrow(EnvError);
  expect(() => readEnv({ [name]: value })).toThrow(name);
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
