import { formatIpv6, readIpv4, readIpv6 } from '../assertion/dns';
import { invariant } from '../refusal';

/** packAddresses writes a `dns` list as the table keeps it: for each address its length (4 or 16) and its bytes, in order. */
export function packAddresses(addresses: readonly string[]): Uint8Array {
  const packed: number[] = [];
  for (const address of addresses) {
    const bytes = readIpv4(address) ?? readIpv6(address);
    invariant(bytes !== null, 'dns holds canonical addresses');
    packed.push(bytes.length, ...bytes);
  }
  return Uint8Array.from(packed);
}

/** unpackAddresses reads what `packAddresses` wrote. */
export function unpackAddresses(packed: Uint8Array): string[] {
  const addresses: string[] = [];
  for (let at = 0; at < packed.length; at += 1 + (packed[at] as number)) {
    const bytes = packed.subarray(at + 1, at + 1 + (packed[at] as number));
    addresses.push(bytes.length === 4 ? bytes.join('.') : formatIpv6(bytes));
  }
  return addresses;
}
