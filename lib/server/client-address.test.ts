import { expect, test } from 'vitest';
import { clientAddressBy, parseProxies } from './client-address';

test('without trusted proxies nobody can pass for somebody else', () => {
  const of = clientAddressBy([]);
  expect(of('1.2.3.4', '5.6.7.8')).toBe('1.2.3.4');
  expect(of('127.0.0.1', '5.6.7.8')).toBe('127.0.0.1');
});

test('behind trusted proxies the client is whom the last one that is not trusted names', () => {
  const of = clientAddressBy(parseProxies('127.0.0.1, 10.0.0.0/8 ::1 fd00::/8'));
  const cases: [peer: string, forwarded: string | undefined, client: string][] = [
    ['127.0.0.1', '5.6.7.8', '5.6.7.8'],
    ['::ffff:127.0.0.1', '5.6.7.8', '5.6.7.8'],
    ['::1', '2001:db8::7', '2001:db8::7'],
    ['::1', '[2001:db8::7]:443', '2001:db8::7'],
    ['10.1.2.3', '5.6.7.8:1234', '5.6.7.8'],
    // A chain of them; what the client has written itself stands before, and counts for nothing.
    ['127.0.0.1', '9.9.9.9, 5.6.7.8, 10.0.0.2', '5.6.7.8'],
    ['127.0.0.1', '10.0.0.7, 5.6.7.8', '5.6.7.8'],
    // No proxy: the header is the client's own.
    ['5.6.7.8', '127.0.0.1', '5.6.7.8'],
    // Nothing usable: the proxy itself is all that is known.
    ['127.0.0.1', undefined, '127.0.0.1'],
    ['127.0.0.1', '', '127.0.0.1'],
    ['127.0.0.1', '5.6.7.8, unknown', '127.0.0.1'],
    ['10.1.2.3', '10.0.0.9', '10.0.0.9'],
  ];
  for (const [peer, forwarded, client] of cases) expect([peer, forwarded, of(peer, forwarded)]).toEqual([peer, forwarded, client]);
});

test('what is neither address nor network is said', () => {
  for (const wrong of ['proxy.example', '10.0.0.0/33', '::/129', '10.0.0', '1.2.3.4/', '1.2.3.4/x']) expect(() => parseProxies(`127.0.0.1 ${wrong}`)).toThrow(wrong);
});
