import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { utf8 } from './bytes/bytes';
import type { Json } from './bytes/canonical-json';
import { specExamples } from './spec-examples';
import { verifyStateProof } from './validation/light-client';
import { parseTokenPolicy } from './validation/token-policy';
import { verifyEvidence } from './validation/verify-evidence';
import { verifyReceiptFile } from './validation/receipt-file';

const FILE = fileURLToPath(new URL('SPEC.md', import.meta.url));
const BLOCK = /^```example name=([a-z0-9-]+)\n([\s\S]*?)\n?```$/gm;

const examples = specExamples();
if (process.env['MNS_WRITE_SPEC'] === '1') {
  const source = readFileSync(FILE, 'utf8');
  writeFileSync(FILE, source.replace(BLOCK, (whole: string, name: string) => (examples.has(name) ? `\`\`\`example name=${name}\n${examples.get(name) ?? ''}\n\`\`\`` : whole)));
}

const written = [...readFileSync(FILE, 'utf8').matchAll(BLOCK)].map(([, name = '', body = '']): [string, string] => [name, body]);

test.each(written)('the example %s of SPEC.md is, byte for byte, what the code makes', (name, body) => {
  expect(body).toBe(examples.get(name));
});

test('every example stands in SPEC.md once', () => {
  expect(written.map(([name]) => name).sort()).toEqual([...examples.keys()].sort());
});

test('the state proof and the receipt file of SPEC.md verify', () => {
  const trust = { registry: examples.get('registry-id') ?? '' };
  const absent = verifyStateProof(JSON.parse(examples.get('state-proof') ?? '') as Json, trust);
  expect(absent).toMatchObject({ index: null, ok: true, record: null });
  const receipt = verifyReceiptFile(utf8(examples.get('receipt-file') ?? ''), trust);
  expect(receipt).toMatchObject({ ok: true, promisedBySeal: 1, record: { name: 'alicecooper' } });
});

test('the token policy of SPEC.md is one, and its evidence convicts', () => {
  expect(parseTokenPolicy(examples.get('token-policy') ?? '')).toMatchObject({ threshold: 2 });
  const found = verifyEvidence(utf8(examples.get('evidence') ?? ''), { registry: examples.get('tokens-registry-id') ?? '' });
  expect(found).toMatchObject({ kind: 'fork', ok: true });
});

test('SPEC.md explains every refusal code', () => {
  const source = readFileSync(new URL('refusal.ts', import.meta.url), 'utf8');
  const union = source.slice(source.indexOf('RefusalCode ='), source.indexOf(';'));
  const codes = [...union.matchAll(/\| '([a-z0-9-]+)'/g)].map(([, code]) => code ?? '');
  const spec = readFileSync(FILE, 'utf8');
  expect(codes.length).toBeGreaterThan(60);
  expect(codes.filter((code) => !spec.includes(`| \`${code}\` |`))).toEqual([]);
});
