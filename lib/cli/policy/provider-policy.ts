import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TokenPolicy, formatTokenPolicy, parseTokenPolicy } from '../../core/validation/token-policy';
import { refuseCli } from '../cli-refusal';
import { writeFileSafely } from '../keys/write-file';

/** POLICY_FILE says whose tokens this provider counts, in the form of c2sp.org/tlog-policy; PEERS_FILE whose heads it compares, one address a line. */
export const POLICY_FILE = 'policy.txt';
export const PEERS_FILE = 'peers.txt';

const READABLE = 0o644;

/** readTokenPolicy is the provider's token policy, or null if it has none. @throws Refusal `bad-token-policy`. */
export function readTokenPolicy(dir: string): TokenPolicy | null {
  const text = readText(join(dir, POLICY_FILE));
  return text === null || text.trim() === '' ? null : parseTokenPolicy(text);
}

/** writeTokenPolicy replaces the file; without validators it is empty. */
export function writeTokenPolicy(dir: string, policy: TokenPolicy): void {
  mkdirSync(dir, { recursive: true });
  const text = policy.validators.length === 0 ? '' : formatTokenPolicy(policy);
  if (text !== '') parseTokenPolicy(text);
  writeFileSafely(join(dir, POLICY_FILE), Buffer.from(text), READABLE);
}

/** readPeers are the addresses in the peers' file. */
export function readPeers(dir: string): string[] {
  return (readText(join(dir, PEERS_FILE)) ?? '').split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

/** writePeers replaces the peers' file. */
export function writePeers(dir: string, peers: readonly string[]): void {
  mkdirSync(dir, { recursive: true });
  writeFileSafely(join(dir, PEERS_FILE), Buffer.from(peers.map((peer) => `${peer}\n`).join('')), READABLE);
}

/** peersOf are all whose heads are compared: the peers, and the validators of the token policy that have an address. */
export function peersOf(dir: string): string[] {
  const validators = readTokenPolicy(dir)?.validators ?? [];
  return [...new Set([...readPeers(dir), ...validators.flatMap(({ url }) => url ?? [])])];
}

/** peerAddress checks an address and drops its last slash. @throws CliRefusal `bad-option`. */
export function peerAddress(text: string): string {
  if (!/^https?:\/\/[^\s]+$/.test(text) || !URL.canParse(text)) return refuseCli('bad-option', `${text} is no address: it begins with https:// or http://.`);
  return text.replace(/\/+$/, '');
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
