import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isPublic } from '../dns/recursor';

/**
 * clientAddress is who sent a request: the other end of the connection or, where that is a server before this one on this machine or a
 * private network, whom that server names last in X-Forwarded-For. Null if it passed something on for nobody knows whom.
 */
export function clientAddress({ headers, socket }: Pick<IncomingMessage, 'headers'> & { readonly socket: { readonly remoteAddress?: string | undefined } }): string | null {
  const address = plainForm(socket.remoteAddress ?? '');
  if (isIP(address) === 0 || isPublic(address)) return address;
  const passedOn = headers['x-forwarded-for'];
  if (passedOn === undefined) return headers['forwarded'] === undefined && headers['via'] === undefined ? address : null;
  const last = plainForm(String(passedOn).split(',').at(-1)?.trim() ?? '');
  return isIP(last) === 0 ? null : last;
}

function plainForm(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}
