import { BlockList, isIP } from 'node:net';

/** ClientAddress tells whose request it is from the socket's peer and the header X-Forwarded-For. */
export type ClientAddress = (peer: string | undefined, forwarded: string | undefined) => string | undefined;

/** parseProxies reads addresses and networks (`10.0.0.0/8`), divided by spaces or commas. Throws Error that says which one is none. */
export function parseProxies(text: string): string[] {
  const items = text.split(/[\s,]+/).filter((item) => item !== '');
  for (const item of items) {
    const [, address = '', bits] = /^([^/]+?)(?:\/(\d{1,3}))?$/.exec(item) ?? [];
    const version = isIP(address);
    if (version === 0 || (bits !== undefined && Number(bits) > (version === 4 ? 32 : 128))) throw new Error(`"${item}" is no address and no network such as 10.0.0.0/8`);
  }
  return items;
}

/**
 * clientAddressBy trusts these proxies to say for whom they ask. The header is read from its end, where the nearest proxy has
 * written: the first address that is no trusted proxy is the client. What stands before it anybody may have made up.
 */
export function clientAddressBy(proxies: readonly string[]): ClientAddress {
  if (proxies.length === 0) return (peer) => peer;
  const trusted = new BlockList();
  for (const item of proxies) {
    const [address = '', bits] = item.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(bits), family);
  }
  const isProxy = (address: string): boolean => isIP(address) !== 0 && trusted.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  return (peer, forwarded) => {
    const named = forwarded === undefined ? [] : forwarded.split(',');
    let client = plain(peer ?? '');
    while (isProxy(client)) {
      const next = plain(named.pop() ?? '');
      if (isIP(next) === 0) break;
      client = next;
    }
    return client === '' ? peer : client;
  };
}

/** plain is an address without what may stand around it: spaces, brackets, a port, IPv6's way of writing IPv4. */
function plain(text: string): string {
  const trimmed = text.trim();
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(trimmed)?.[1] ?? trimmed;
  const address = /^(\d{1,3}(?:\.\d{1,3}){3}):\d+$/.exec(bracketed)?.[1] ?? bracketed;
  return address.toLowerCase().startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}
