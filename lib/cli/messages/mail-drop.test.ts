import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { makeRegistry } from '../../core/assertion/fixtures';
import { type MessagePayload, messageToSign } from '../../core/assertion/message';
import { signinToSign } from '../../core/assertion/signin';
import { fromBase64, toBase64 } from '../../core/bytes/base64';
import { utf8 } from '../../core/bytes/bytes';
import { encodeJson } from '../../core/bytes/canonical-json';
import { attach, encodeEnvelope, envelopeToJson } from '../../core/keys/dsse';
import { signWith } from '../../core/keys/sign';
import { Refusal } from '../../core/refusal';
import { HttpRefusal } from '../serve/problem';
import { type Known, MailDrop } from './mail-drop';
import { MailStore } from './mail-store';
import { makePerson } from './provider-for-tests';
import { sealText } from './seal-text';

const world = makeRegistry('mail-drop');
const [alice, bob] = [makePerson(world, 'alice'), makePerson(world, 'bob')];
const NOW = 1_800_000_000;
const HOST = 'one.example';

let folder: string;
let drop: MailDrop;
let host: string | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mns-mail-'));
  host = HOST;
  let count = 0;
  const known = (): Known => ({
    find: () => ({ host, udf: alice.udf }),
    keysOf: (udf) => [alice, bob].find((person) => person.udf === udf)?.certificate ?? null,
    registry: world.registry,
  });
  drop = new MailDrop({ hosts: [HOST], known, perSenderHour: 3, random: (size) => Uint8Array.from({ length: size }, (_, at) => ((count += at === 0 ? 1 : 0) >> (8 * (at % 4))) & 255), store: new MailStore(folder) });
});

let serial = 0;
function message(change: Partial<MessagePayload> = {}, by = bob): Uint8Array {
  const nonce = new Uint8Array(16);
  nonce.set([(serial += 1) & 255, serial >> 8]);
  const header = { from: bob.udf, keyNumber: 0, nonce: toBase64(nonce), registry: world.registry, timeSec: NOW, to: alice.udf, toName: 'alice.0' };
  const what = messageToSign({ ...header, ...sealText(utf8('hi'), fromBase64(alice.certificate.encrypt, 32), header), ...change });
  return encodeEnvelope(attach(what, [signWith(what, by.key.seed)]));
}

function inbox(change: { origin?: string; nonce?: string; by?: typeof alice; remove?: string[]; expires?: number } = {}, nowSec = NOW) {
  const challenge = drop.challenge(nowSec);
  const what = signinToSign({ expires: change.expires ?? challenge.expires, nonce: change.nonce ?? challenge.nonce, origin: change.origin ?? HOST, registry: world.registry });
  const body = encodeJson({ remove: change.remove ?? [], signin: envelopeToJson(attach(what, [signWith(what, (change.by ?? alice).key.seed)])), udf: alice.udf });
  return { again: () => drop.inbox(body, nowSec), answer: () => drop.inbox(body, nowSec), nonce: challenge.nonce };
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Refusal || error instanceof HttpRefusal) return error.code;
    throw error;
  }
  return 'none';
}

test('a message for a hosted identity from a logged sender is kept once, also after it was read', () => {
  const bytes = message();
  expect(drop.accept(bytes, NOW)).toBe('kept');
  expect(drop.accept(bytes, NOW)).toBe('known');
  const { messages } = inbox().answer();
  expect(messages).toHaveLength(1);
  const [file = ''] = readdirSync(join(folder, alice.udf));
  const id = toBase64(Buffer.from(file.slice(13, -5), 'hex'));
  expect(inbox({ remove: [id] }).answer()).toEqual({ messages: [], more: false });
  expect(drop.accept(bytes, NOW)).toBe('known');
  // Later it is too old to come again, and its trace goes.
  inbox({}, NOW + 4 * 86_400).answer();
  expect(readdirSync(join(folder, alice.udf))).toEqual([]);
  expect(codeOf(() => drop.accept(bytes, NOW + 4 * 86_400))).toBe('too-old');
});

test('whatever is not to be taken is refused by name, and nothing of it is stored', () => {
  expect(codeOf(() => drop.accept(message({}, alice), NOW))).toBe('wrong-signers');
  expect(codeOf(() => drop.accept(message({ from: makePerson(world, 'stranger').udf }), NOW))).toBe('unknown-sender');
  expect(codeOf(() => drop.accept(message({ to: bob.udf }), NOW))).toBe('not-hosted');
  expect(codeOf(() => drop.accept(message({ registry: makeRegistry('other').registry }), NOW))).toBe('other-registry');
  expect(codeOf(() => drop.accept(message({ timeSec: NOW + 601 }), NOW))).toBe('too-old');
  expect(codeOf(() => drop.accept(message({ timeSec: NOW - 259_201 }), NOW))).toBe('too-old');
  expect(codeOf(() => drop.accept(utf8('{}'), NOW))).toBe('missing-field');
  expect(codeOf(() => drop.accept(new Uint8Array(70_000), NOW))).toBe('too-large');
  for (const other of ['two.example', null]) {
    host = other;
    expect(codeOf(() => drop.accept(message(), NOW))).toBe('not-hosted');
  }
  expect(readdirSync(folder)).toEqual([]);
});

test('one sender can’t fill the hour, and nobody an inbox without end', () => {
  for (let sent = 0; sent < 3; sent += 1) expect(drop.accept(message(), NOW)).toBe('kept');
  expect(codeOf(() => drop.accept(message(), NOW))).toBe('too-many');
  expect(drop.accept(message({ timeSec: NOW + 3_600 }), NOW + 3_600)).toBe('kept');
  const id = (number: number) => toBase64(new Uint8Array(32).fill(number));
  const fill = (most: { messages: number; bytes: number }) => {
    const store = new MailStore(mkdtempSync(join(tmpdir(), 'mns-mail-')), most);
    let count = 0;
    while (store.put('A', id(count), NOW, new Uint8Array(100)) === 'kept') count += 1;
    expect(store.put('A', id(0), NOW, new Uint8Array(100))).toBe('known');
    store.remove('A', new Set([id(1)]), NOW);
    expect(store.put('A', id(99), NOW, new Uint8Array(100))).toBe('kept');
    return count;
  };
  expect([fill({ bytes: 10_000, messages: 3 }), fill({ bytes: 450, messages: 1_000 })]).toEqual([3, 4]);
});

test('an inbox opens to the identity’s own key for this host by a fresh challenge, and to nothing else', () => {
  drop.accept(message(), NOW);
  expect(codeOf(inbox({ by: bob }).answer)).toBe('wrong-signers');
  expect(codeOf(inbox({ origin: 'two.example' }).answer)).toBe('bad-challenge');
  expect(codeOf(inbox({ nonce: toBase64(new Uint8Array(32).fill(99)) }).answer)).toBe('bad-challenge');
  expect(codeOf(inbox({ expires: NOW + 9_999 }).answer)).toBe('bad-challenge');
  const good = inbox();
  expect(good.answer().messages).toHaveLength(1);
  expect(codeOf(good.again)).toBe('bad-challenge');
  const late = inbox();
  expect(codeOf(() => inbox({ nonce: late.nonce, expires: NOW + 300 }, NOW + 301).answer())).toBe('bad-challenge');
});

test('challenges that nobody answers do not pile up', () => {
  const first = inbox();
  for (let asked = 0; asked < 10_000; asked += 1) drop.challenge(NOW);
  // The oldest has made room; the newest serves.
  expect(codeOf(first.answer)).toBe('bad-challenge');
  expect(codeOf(inbox().answer)).toBe('none');
});
