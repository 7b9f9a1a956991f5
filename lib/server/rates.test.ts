import { expect, test } from 'vitest';
import { peerKey } from './hot';
import { isInside } from './rates';

test('this machine and its network are told from the internet, as the socket names them', () => {
  for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.1.2.3', '172.16.0.1', '172.31.255.1', '192.168.1.1', 'fd12:3456::1', 'fe80::1', undefined]) {
    expect([address, isInside(peerKey(address))]).toEqual([address, true]);
  }
  for (const address of ['1.2.3.4', '172.15.0.1', '172.32.0.1', '192.169.1.1', '100.127.0.1', '::ffff:8.8.8.8', '2001:db8::1', '2a00:10::1']) {
    expect([address, isInside(peerKey(address))]).toEqual([address, false]);
  }
});
