import { expect, test } from 'vitest';
import { activeAmong, quorumOf } from './validators';

const enrolled = [
  { index: 10, vkey: 'old and heard of' },
  { index: 11, vkey: 'old and silent' },
  { index: 12, vkey: 'old, never heard of' },
  { index: 500, vkey: 'new' },
];
const tokens = [
  { seal: 100, timeSec: 1, vkey: 'old and heard of' },
  { seal: 99, timeSec: 1, vkey: 'old and silent' },
];

test('a quorum is of those who were heard of lately or have only just enrolled: keys that are enrolled and silent hold up nobody', () => {
  expect(activeAmong(enrolled, tokens, { seal: 100, size: 500 })).toEqual(['old and heard of', 'new']);
  expect(activeAmong(enrolled, tokens, { seal: 99, size: 501 })).toEqual(['old and heard of', 'old and silent']);
  expect(activeAmong(enrolled, [], { seal: 100, size: 501 })).toEqual([]);
});

test('a quorum is more than half', () => {
  expect([1, 2, 3, 4, 5].map(quorumOf)).toEqual([1, 2, 2, 3, 3]);
});
