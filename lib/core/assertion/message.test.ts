import { expect, test } from 'vitest';
import { refusalCode } from '../../../.config/refused';
import { toBase64 } from '../bytes/base64';
import { utf8 } from '../bytes/bytes';
import { attach, toSign } from '../keys/dsse';
import { signWith } from '../keys/sign';
import { makeIdentity, makeRegistry } from './fixtures';
import { type MessagePayload, messageContext, messageToSign, openMessage, padText, parseMessage, unpadText } from './message';
import { openSignin, signinToSign } from './signin';

const world = makeRegistry('messages');
const [alice, bob] = [makeIdentity(world.registry, 'alice'), makeIdentity(world.registry, 'bob')];
const PAYLOAD: MessagePayload = { ciphertext: toBase64(new Uint8Array(272)), ephemeral: toBase64(new Uint8Array(32).fill(1)), from: bob.udf, keyNumber: 0, nonce: toBase64(new Uint8Array(16)), registry: world.registry, timeSec: 1, to: alice.udf, toName: 'alice.0' };

function signed(payload: MessagePayload = PAYLOAD, by = bob) {
  const what = messageToSign(payload);
  return attach(what, [signWith(what, by.key.seed)]);
}

test('a message is opened by its sender’s key in its registry, and its id covers everything but the signature', () => {
  const parsed = parseMessage(signed());
  expect(openMessage(parsed, world.registry, bob.key.text)).toEqual(PAYLOAD);
  expect(parseMessage(signed({ ...PAYLOAD, timeSec: 2 })).id).not.toBe(parsed.id);
  expect(refusalCode(() => openMessage(parsed, world.registry, alice.key.text))).toBe('wrong-signers');
  expect(refusalCode(() => openMessage(parsed, makeRegistry('other').registry, bob.key.text))).toBe('other-registry');
  const forged = { ...signed(), payload: signed({ ...PAYLOAD, timeSec: 2 }).payload };
  expect(refusalCode(() => openMessage(parseMessage(forged), world.registry, bob.key.text))).toBe('bad-signature');
});

test('a message of another form is neither signed nor read', () => {
  const wrong: [Partial<MessagePayload>, string][] = [
    [{ ciphertext: toBase64(new Uint8Array(273)) }, 'bad-field'],
    [{ ciphertext: toBase64(new Uint8Array(16)) }, 'bad-field'],
    [{ ciphertext: toBase64(new Uint8Array(256 * 127 + 16)) }, 'bad-field'],
    [{ ephemeral: 'AA==' }, 'bad-field'],
    [{ from: 'bob' }, 'bad-field'],
    [{ nonce: toBase64(new Uint8Array(15)) }, 'bad-field'],
    [{ toName: 'alice' }, 'bad-field'],
    [{ timeSec: -1 }, 'bad-field'],
  ];
  for (const [change, code] of wrong) {
    expect(refusalCode(() => messageToSign({ ...PAYLOAD, ...change })), JSON.stringify(change).slice(0, 60)).toBe(code);
    const what = toSign('message', { ...PAYLOAD, ...change });
    expect(refusalCode(() => parseMessage(attach(what, [signWith(what, bob.key.seed)])))).toBe(code);
  }
  const what = toSign('signin', { ...PAYLOAD });
  expect(refusalCode(() => parseMessage(attach(what, [signWith(what, bob.key.seed)])))).toBe('bad-payload-type');
  expect(refusalCode(() => parseMessage({ ...signed(), signatures: [] }))).toBe('wrong-signers');
});

test('the context holds the whole header and nothing of the sealed part', () => {
  expect(Object.keys(JSON.parse(new TextDecoder().decode(messageContext(PAYLOAD))) as object)).toEqual(['from', 'keyNumber', 'nonce', 'registry', 'timeSec', 'to', 'toName']);
});

test('padding gives every text back, also one that ends like padding, and tells its length only by 256', () => {
  for (const text of ['', 'a', 'x'.repeat(255), 'x'.repeat(256), '\u0080\u0000\u0000']) {
    const padded = padText(utf8(text));
    expect(padded.length % 256).toBe(0);
    expect(unpadText(padded)).toEqual(utf8(text));
  }
  expect(refusalCode(() => padText(new Uint8Array(32_001)))).toBe('too-large');
  expect(refusalCode(() => unpadText(new Uint8Array(256)))).toBe('bad-field');
});

test('a sign-in holds for its key and registry only', () => {
  const what = signinToSign({ expires: 9, nonce: toBase64(new Uint8Array(32)), origin: 'provider.example', registry: world.registry });
  const envelope = attach(what, [signWith(what, bob.key.seed)]);
  expect(openSignin(envelope, world.registry, bob.key.text)).toMatchObject({ expires: 9, origin: 'provider.example' });
  expect(refusalCode(() => openSignin(envelope, world.registry, alice.key.text))).toBe('wrong-signers');
  expect(refusalCode(() => openSignin(envelope, makeRegistry('other').registry, bob.key.text))).toBe('other-registry');
  expect(refusalCode(() => openSignin(signed(), world.registry, bob.key.text))).toBe('bad-payload-type');
});
