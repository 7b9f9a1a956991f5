import { expect, test } from 'vitest';
import { peerKey } from './hot';
import { RateLimiter } from './rate-limit';

test('a burst passes, the next is told how long to wait, and time refills the bucket', () => {
  const limiter = new RateLimiter({ burst: 3, perSec: 2 });
  expect([0, 0, 0].map(() => limiter.take('a', 1000))).toEqual([0, 0, 0]);
  expect(limiter.take('a', 1000)).toBe(1);
  expect(limiter.take('b', 1000)).toBe(0);
  expect(limiter.take('a', 1500)).toBe(0);
  expect(limiter.take('a', 1500)).toBe(1);
  expect([0, 0, 0, 0].map(() => limiter.take('a', 60_000) === 0)).toEqual([true, true, true, false]);
});

test('refusals are charged afterwards and bar the peer until they are worked off', () => {
  const limiter = new RateLimiter({ burst: 2, perSec: 1 });
  for (let i = 0; i < 10; i++) limiter.charge('a', 0);
  expect(limiter.peek('a', 0)).toBe(3);
  expect(limiter.peek('a', 3000)).toBe(0);
  expect(limiter.peek('unseen', 0)).toBe(0);
});

test('memory is bounded whatever the number of peers', () => {
  const limiter = new RateLimiter({ burst: 1, perSec: 1 }, 100);
  for (let i = 0; i < 1000; i++) limiter.take(`peer ${i}`, i);
  expect(limiter.size).toBe(100);
});

test('a clock that steps back gives no tokens and takes none', () => {
  const limiter = new RateLimiter({ burst: 1, perSec: 1 });
  limiter.take('a', 5000);
  expect(limiter.take('a', 1000)).toBe(1);
  expect(limiter.take('a', 2000)).toBe(0);
});

test.each([
  ['127.0.0.1', '127.0.0.1'], ['::ffff:10.0.0.7', '10.0.0.7'], ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'], ['2001:db8::1', '2001:db8:0:0'], ['::1', '0:0:0:0'],
])('the peer of %s is %s', (address, expected) => {
  expect(peerKey(address)).toBe(expected);
});
