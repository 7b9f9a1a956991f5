import { afterEach, expect, test } from 'vitest';
import { utf8 } from '../core/bytes/bytes';
import { craftSignature } from '../core/keys/crafted-signatures';
import { fastVerifier, type ToVerify } from './fast-verify';
import { VerifyThreads } from './verify-threads';
import { packChecks, unpackChecks } from './verify-wire';

const { verify } = fastVerifier();
let threads: VerifyThreads | null = null;
afterEach(() => threads?.close());

/** signatures gives `count` good ones; every third is then spoilt. */
function signatures(count: number): ToVerify[] {
  return Array.from({ length: count }, (_, i) => {
    const { publicKey, message, signature } = craftSignature(`thread ${i}`, 0, 0);
    return { publicKey, message: i % 3 === 2 ? utf8('something else') : message, signature };
  });
}

const expected = (count: number) => Array.from({ length: count }, (_, i) => i % 3 !== 2);

/** whenUp asks until a thread answers. */
async function whenUp(asked: VerifyThreads): Promise<void> {
  for (;;) {
    const answer = asked.check(signatures(8));
    if (answer instanceof Promise) return void (await answer);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('a packed job gives back keys, signatures and messages as they were', () => {
  const checks = [...signatures(3), { publicKey: new Uint8Array(32), message: new Uint8Array(0), signature: new Uint8Array(64) }];
  expect(unpackChecks(packChecks(1, checks))).toEqual(checks);
});

test('threads answer for each signature in order, however many there are of either', async () => {
  threads = new VerifyThreads(verify, 2);
  expect(threads.check(signatures(3)), 'a few are checked here').toEqual(expected(3));
  await whenUp(threads);
  for (const count of [4, 5, 33]) {
    const answer = threads.check(signatures(count));
    expect(answer).toBeInstanceOf(Promise);
    expect(await answer).toEqual(expected(count));
  }
  const groups = Array.from({ length: 6 }, () => threads?.check(signatures(9)));
  for (const group of groups) expect(await group).toEqual(expected(9));
});

test('what has not the lengths of a key and a signature is bad, and spoils nothing beside it', async () => {
  threads = new VerifyThreads(verify, 1);
  await whenUp(threads);
  const checks = [...signatures(5), { publicKey: new Uint8Array(31), message: utf8('x'), signature: new Uint8Array(65) }];
  expect(await threads.check(checks)).toEqual([...expected(5), false]);
});

test('a thread that ends while it works leaves nobody without an answer', async () => {
  threads = new VerifyThreads(verify, 1);
  await whenUp(threads);
  const answers = [threads.check(signatures(30)), threads.check(signatures(30))];
  await threads.close();
  for (const answer of answers) expect(await answer).toEqual(expected(30));
  expect(threads.check(signatures(30))).toEqual(expected(30));
});
