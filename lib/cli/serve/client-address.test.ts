import { expect, test } from 'vitest';
import { clientAddress } from './client-address';

test.each([
  ['127.0.0.1', {}, '127.0.0.1'],
  ['::ffff:10.0.0.2', {}, '10.0.0.2'],
  // a server for HTTPS before this one: without it everybody would be this machine
  ['127.0.0.1', { 'x-forwarded-for': '198.51.100.7' }, '198.51.100.7'],
  // only what the nearest server added counts
  ['127.0.0.1', { 'x-forwarded-for': '10.0.0.1, 198.51.100.7' }, '198.51.100.7'],
  ['::1', { 'x-forwarded-for': 'unknown' }, null],
  ['127.0.0.1', { forwarded: 'for=198.51.100.7' }, null],
  ['127.0.0.1', { via: '1.1 cache' }, null],
  // strangers don't say who they are
  ['203.0.113.9', { 'x-forwarded-for': '127.0.0.1' }, '203.0.113.9'],
] as const)('from %s with %o it is %s', (remoteAddress, headers, expected) => {
  expect(clientAddress({ headers, socket: { remoteAddress } })).toBe(expected);
});
