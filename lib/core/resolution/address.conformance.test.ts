import { expect, test } from 'vitest';
import { vectors } from '../../../.config/vectors';
import { Refusal } from '../refusal';
import { type Address, parseAddress } from './address';

interface Vector {
  input: string;
  valid: boolean;
  type: 'IPv4' | 'IPv6' | 'Callsign' | 'CallsignCallsign' | 'AccountDns' | 'Dns' | null;
  service: string | null;
  account: string | null;
  version: number | null;
  port: number | null;
}

const published = vectors<{ vectors: Vector[] }>('mesh/address.json')?.vectors ?? null;
if (published === null) test.skip('the published address vectors are not here (MNS_VECTORS)');

function read(input: string): Address | null {
  try {
    return parseAddress(input);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** What the author's parser says of an address, from what ours says: his account of a plain callsign holds devices too, his callsign at a callsign is our device of a name. */
function asPublished(input: string, address: Address | null): Omit<Vector, 'input'> {
  const none = { service: null, account: null, version: null, port: null };
  if (address === null) return { valid: false, type: null, ...none };
  if (address.kind === 'udf') throw new Error('no vector is a UDF');
  if (address.kind === 'elsewhere') {
    const type = address.what === 'ipv4' ? 'IPv4' : address.what === 'ipv6' ? 'IPv6' : address.account === null ? 'Dns' : 'AccountDns';
    return { valid: true, type, service: address.host, account: address.account, version: null, port: address.port };
  }
  const { device, name, tenure } = address;
  if (input.slice(1).includes('@')) return { valid: true, type: 'CallsignCallsign', ...none, service: name, account: device, version: tenure };
  return { valid: true, type: 'Callsign', ...none, account: device === null ? name : `${device}.${name}`, version: tenure };
}

test.each(published ?? [])('the published reading of $input', ({ input, ...reading }) => {
  expect(asPublished(input, read(input))).toEqual(reading);
});
