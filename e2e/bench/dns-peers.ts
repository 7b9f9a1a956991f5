import { createWriteStream, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { addressOf } from './dns-copy';
import { answersDns } from './dns-load';
import { freePort, hasCommand, spawnServer } from './processes';
import { nameOf } from './names';

/** Peer is another DNS server with the same names. */
export interface Peer {
  name: string;
  port: number;
  pid: number;
  startSec: number;
  stop(): Promise<void>;
}

const START_MS = 120_000;

/** writeZone writes the names as a zone file: each a delegation with its glue, as our server gives it. */
export async function writeZone(path: string, count: number): Promise<void> {
  const file = createWriteStream(path);
  file.write('$ORIGIN mm--.\n$TTL 300\n@ IN SOA ns.provider.example. nobody.invalid. 1 600 300 86400 60\n@ IN NS ns.provider.example.\n');
  for (let first = 0; first < count; first += 10_000) {
    const lines: string[] = [];
    for (let i = first; i < Math.min(count, first + 10_000); i++) lines.push(`${nameOf(i)} NS ns1.${nameOf(i)}\nns1.${nameOf(i)} A ${addressOf(i)}\n`);
    if (!file.write(lines.join(''))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

/** startNsd starts nsd from Debian with one server process and without rate limits, or gives null where it is not installed. */
export async function startNsd(dir: string): Promise<Peer | null> {
  if (!hasCommand('nsd')) return null;
  const port = await freePort();
  const config = `server:
  server-count: 1
  ip-address: 127.0.0.1@${port}
  do-ip6: no
  username: ""
  chroot: ""
  zonesdir: "${dir}"
  pidfile: "${join(dir, 'nsd.pid')}"
  xfrdfile: "${join(dir, 'nsd.xfrd')}"
  zonelistfile: "${join(dir, 'nsd.zones')}"
  database: ""
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: "mm--"
  zonefile: "mm.zone"
`;
  writeFileSync(join(dir, 'nsd.conf'), config);
  return startPeer('nsd', 'nsd', ['-d', '-c', join(dir, 'nsd.conf')], port);
}

/** startKnot starts knotd from Debian with one worker, or gives null where it is not installed. */
export async function startKnot(dir: string): Promise<Peer | null> {
  if (!hasCommand('knotd')) return null;
  const port = await freePort();
  const config = `server:
  rundir: "${dir}"
  listen: 127.0.0.1@${port}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: "${dir}"
control:
  listen: "${join(dir, 'knot.sock')}"
zone:
  - domain: mm--
    storage: "${dir}"
    file: mm.zone
    journal-content: none
    zonefile-load: whole
    zonefile-sync: -1
    semantic-checks: off
`;
  writeFileSync(join(dir, 'knot.conf'), config);
  return startPeer('knot', 'knotd', ['-c', join(dir, 'knot.conf')], port);
}

async function startPeer(name: string, command: string, args: readonly string[], port: number): Promise<Peer> {
  const startMs = performance.now();
  const server = spawnServer(command, args);
  await answersDns(port, `${nameOf(1)}.mm--`, START_MS).catch((error: unknown) => {
    throw new Error(`${name} did not start: ${server.said()}`, { cause: error });
  });
  return { name, port, pid: server.pid, startSec: (performance.now() - startMs) / 1000, stop: () => server.stop() };
}
