import { expect, test } from 'vitest';
import { toHex } from '../core/bytes/hex';
import { createWords, encryptSeedOf, problemWithWords, rootSeedOf, tidyWords, WORD_COUNT } from './words';

const ZERO_WORDS = createWords((sizeBytes) => new Uint8Array(sizeBytes));

test('24 words come from 256 bits and carry their checksum', () => {
  // BIP 39's own vector for 32 zero bytes.
  expect(ZERO_WORDS).toEqual([...Array<string>(23).fill('abandon'), 'art']);
  expect(problemWithWords(ZERO_WORDS)).toBeNull();
  expect(createWords()).toHaveLength(WORD_COUNT);
  expect(createWords()).not.toEqual(createWords());
});

test('words typed in any case, numbered or pasted in lines are the same words', () => {
  expect(tidyWords(' 1. Abandon\n2. ABANDON,  art ')).toEqual(['abandon', 'abandon', 'art']);
});

test('what is wrong with words is named: the word, the number of them, or the checksum', () => {
  expect(problemWithWords([...ZERO_WORDS.slice(0, 5), 'alice', ...ZERO_WORDS.slice(6)])).toEqual({ at: 5, word: 'alice' });
  expect(problemWithWords(ZERO_WORDS.slice(1))).toBe('count');
  expect(problemWithWords([...ZERO_WORDS.slice(0, 23), 'abandon'])).toBe('checksum');
});

test('the same words give the same root seed, and other keys for other purposes', () => {
  const root = toHex(rootSeedOf(ZERO_WORDS));
  expect(root).toBe(toHex(rootSeedOf(ZERO_WORDS)));
  expect(root).toHaveLength(64);
  const others = [toHex(encryptSeedOf(ZERO_WORDS, 0)), toHex(encryptSeedOf(ZERO_WORDS, 1))];
  expect(new Set([root, ...others]).size).toBe(3);
});
