import { expect, test } from 'vitest';
import { makeIdentity, makeRegistry } from '../../core/assertion/fixtures';
import { testIo } from '../io-for-tests';
import { serverDirectory } from './directory';

const { registry } = makeRegistry('directory');
const alice = makeIdentity(registry, 'alice').udf;
const mallory = makeIdentity(registry, 'mallory').udf;

function directory(answer: object) {
  const body = { ageSec: 1, host: 'provider.example', name: 'alice', names: [], tenure: 0, udf: alice, warnings: [], ...answer };
  return serverDirectory('https://provider.example', testIo({ fetch: () => Promise.resolve(Response.json(body)) }));
}

test.each([
  ['@alice', {}],
  ['@alice.0', {}],
  [`@alice#${alice}`, {}],
  [alice, {}],
  ['coffeepot@alice', { tenure: 3 }],
])('%s is what the provider says it is', async (address, answer) => {
  expect(await directory(answer).find(address, () => null)).toMatchObject({ udf: alice });
});

test.each([
  ['@alice', { name: 'mallory' }],
  ['@alice.0', { tenure: 1 }],
  [`@alice#${alice}`, { udf: mallory }],
  [alice, { udf: mallory }],
])('an answer about something else than %s is refused', async (address, answer) => {
  await expect(directory(answer).find(address, () => null)).rejects.toMatchObject({ code: 'bad-answer' });
});
