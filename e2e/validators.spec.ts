import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { APIRequestContext } from '@playwright/test';
import { cosign, makeValidator, makeValidatorKey } from '../lib/core/assertion/fixture-tokens';
import { makeIdentity, makeRegister } from '../lib/core/assertion/fixtures';
import type { ParsedAssertion } from '../lib/core/assertion/parse';
import { fromBase64 } from '../lib/core/bytes/base64';
import type { Json } from '../lib/core/bytes/canonical-json';
import { toHex } from '../lib/core/bytes/hex';
import { checkpointToSign, formatCheckpoint } from '../lib/core/checkpoint/checkpoint';
import { signWith } from '../lib/core/keys/sign';
import { parseNote } from '../lib/core/note/note';
import { logOrigin } from '../lib/core/registry/policy';
import { encodeEvidence, evidenceFileName } from '../lib/core/validation/evidence-file';
import { verifyStateProof } from '../lib/core/validation/light-client';
import { forkEvidence } from '../lib/core/validation/make-evidence';
import type { RegistryInfo, ValidatorsInfo } from '../lib/client/wire';
import { worldOf } from '../lib/server/process-for-tests';
import { freshName, ready } from './person';
import { expect, test } from './server';

const validators = ['one', 'two', 'three'].map(makeValidatorKey);

async function readJson<Shape>(request: APIRequestContext, path: string): Promise<Shape> {
  return (await (await request.get(path)).json()) as Shape;
}

async function sealed(request: APIRequestContext, ...assertions: ParsedAssertion[]): Promise<void> {
  for (const { bytes, hash } of assertions) {
    const answer = await request.post('/api/v1/assertions', { data: Buffer.from(bytes), headers: { 'content-type': 'application/json' } });
    expect(answer.status(), await answer.text()).toBe(202);
    await expect.poll(async () => (await readJson<{ state: string }>(request, `/api/v1/assertions/${toHex(fromBase64(hash, 32))}`)).state, { timeout: 20_000 }).toBe('sealed');
  }
}

/** vouch posts every validator's token on the newest checkpoint. */
async function vouch(request: APIRequestContext): Promise<void> {
  const note = parseNote(await (await request.get('/tlog/names/checkpoint')).text());
  for (const validator of validators) {
    const { line } = cosign(validator, note.text, Math.floor(Date.now() / 1000));
    await request.post('/api/v1/tokens', { data: line, headers: { 'content-type': 'text/plain' } });
  }
}

test('validators and their tokens are listed; a reader who counts tokens sees names held to them; evidence is judged in the browser', async ({ page, server }) => {
  test.setTimeout(120_000);
  const { request } = page;
  const info = await readJson<RegistryInfo>(request, '/api/v1/registry');
  const world = worldOf(info, server.dataDir);
  const name = freshName(9);
  const holder = makeIdentity(world.registry, name);
  await sealed(request, makeRegister(world, holder, `@${name}`));
  const { record } = verifyStateProof(await readJson<Json>(request, `/api/v1/names/${name}`), { registry: world.registry });
  if (record === null) throw new Error('the name is registered');
  await sealed(request, ...validators.map((one) => makeValidator(world, one, holder, record)));
  await vouch(request);
  await expect.poll(async () => (await readJson<ValidatorsInfo>(request, '/api/v1/validators')).cosignedSeal, { timeout: 20_000 }).not.toBeNull();

  await page.goto('/log');
  await page.getByRole('link', { name: 'Who validates it' }).click();
  await expect(page.getByText('3 validators take part.')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'two.example' })).toContainText(`Enrolled by the holder of @${name}`);
  await expect(page.getByText('You trust nobody’s tokens yet')).toBeVisible();
  await ready(page);
  await page.getByRole('textbox', { name: 'Token policy' }).fill('quorum nobody');
  await page.getByRole('button', { name: 'Keep this policy' }).click();
  await expect(page.getByText('Line 1: the quorum nobody is not named before.')).toBeVisible();
  const lines = validators.map(({ text }, i) => `witness v${i} ${text}`).join('\n');
  await page.getByRole('textbox', { name: 'Token policy' }).fill(`${lines}\ngroup mine 2 v0 v1 v2\nquorum mine\n`);
  await page.getByRole('button', { name: 'Keep this policy' }).click();
  await expect(page.getByText('You ask for 2 of 3 validators')).toBeVisible();

  // Tokens on a seal come a moment after it; the page waits for them.
  const vouching = setInterval(() => void vouch(request).catch(() => undefined), 400);
  try {
    await page.goto(`/@${name}`);
    await expect(page.getByText('Verified in your browser').first()).toBeVisible({ timeout: 20_000 });
    await page.getByText('Validators you trust have checked the log up to here').click();
    await expect(page.getByText('2 of 3')).toBeVisible();
  } finally {
    clearInterval(vouching);
  }

  const honest = await (await request.get('/tlog/names/checkpoint')).text();
  const [, size = '0'] = parseNote(honest).text.split('\n');
  const other = checkpointToSign({ origin: logOrigin(world.origin, 'names'), root: new Uint8Array(32).fill(7), size: Number(size) });
  const forked = formatCheckpoint(other, [signWith(other, world.logs.names.seed)]);
  const policies = (await readJson<RegistryInfo>(request, '/api/v1/registry')).policies;
  const notAsked = (): never => {
    throw new Error('one size needs no tiles');
  };
  const evidence = encodeEvidence(forkEvidence({ a: honest, b: forked, log: 'names', policies, registry: world.registry, tile: notAsked }));
  const harmless = encodeEvidence(forkEvidence({ a: honest, b: honest, log: 'names', policies, registry: world.registry, tile: notAsked }));
  const folder = join(server.dataDir, 'evidence');
  mkdirSync(folder, { recursive: true });
  for (const bytes of [evidence, harmless]) writeFileSync(join(folder, evidenceFileName('fork', bytes)), bytes);
  await page.goto('/log/evidence');
  const guilty = page.getByRole('article').filter({ hasText: evidenceFileName('fork', evidence) });
  await expect(guilty.getByText(`The registry signed two logs of ${size} entries that differ.`)).toBeVisible();
  await expect(guilty.getByText('Verified in your browser')).toBeVisible();
  const innocent = page.getByRole('article').filter({ hasText: evidenceFileName('fork', harmless) });
  await expect(innocent.getByText('Both checkpoints say the same.')).toBeVisible();
  const download = await request.get(`/api/v1/evidence/${evidenceFileName('fork', evidence)}`);
  expect(Buffer.compare(await download.body(), Buffer.from(evidence))).toBe(0);
});
