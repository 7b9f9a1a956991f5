import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The most bytes a socket's address may have on every system (macOS 104, Linux 108). */
const MAX_ADDRESS = 100;
const SUFFIX = '.lock';

/** FolderLockError says that a folder can't be locked: another running process has it (`in-use`), or it can't hold a lock (`unusable`). */
export class FolderLockError extends Error {
  readonly code: 'in-use' | 'unusable';

  constructor(code: FolderLockError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FolderLockError';
    this.code = code;
  }
}

/** FolderLock is held until `release` or the end of the process, however that ends. */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * lockFolder makes this process the only one that uses `folder`. Throws FolderLockError.
 *
 * Each candidate listens on a socket file of its own name in the folder, and only then looks for others; so of two at
 * once at least one sees the other. The kernel stops listening when a process dies, SIGKILL included, so a file that
 * refuses connections is a dead process's and is removed. Names are never reused, which makes that safe.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Two that start at the same moment both step back; they try again at different moments.
  for (let attempt = 0; attempt < 6; attempt++) {
    const lock = await candidate(folder);
    const rivals = await livingRivals(folder, lock.name);
    if (rivals === 0) return { release: lock.release };
    await lock.release();
    await sleep(50 + Math.random() * 200 * (attempt + 1));
  }
  throw new FolderLockError('in-use', `${folder} is in use by another running process`);
}

async function candidate(folder: string): Promise<{ name: string; release: () => Promise<void> }> {
  const id = `${process.pid}-${randomBytes(6).toString('hex')}`;
  const name = id + SUFFIX;
  const server = net.createServer((socket) => socket.destroy());
  server.unref();
  const address = socketAddress(folder, id);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(address.path, resolve);
    });
    // Under its final name only when it listens: a rival must never take it for dead.
    renameSync(path.join(folder, id), path.join(folder, name));
  } catch (error) {
    throw new FolderLockError('unusable', `${folder} cannot be locked (${error instanceof Error ? error.message : String(error)}). It must be on a file system that allows socket files`, { cause: error });
  } finally {
    address.close();
  }
  return {
    name,
    release: async () => {
      rmSync(path.join(folder, name), { force: true });
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function livingRivals(folder: string, own: string): Promise<number> {
  let living = 0;
  for (const name of readdirSync(folder)) {
    if (!name.endsWith(SUFFIX) || name === own) continue;
    if (await answers(folder, name)) living += 1;
    else rmSync(path.join(folder, name), { force: true });
  }
  return living;
}

async function answers(folder: string, name: string): Promise<boolean> {
  const address = socketAddress(folder, name);
  try {
    return await new Promise<boolean>((resolve) => {
      const socket = net.connect(address.path);
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      // Only a refused connection, or a file that has gone, proves that nobody is there.
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'));
    });
  } finally {
    address.close();
  }
}

/** socketAddress names a file in the folder in few enough bytes: absolute, relative, or on Linux through an open folder. */
function socketAddress(folder: string, name: string): { path: string; close: () => void } {
  const absolute = path.resolve(folder, name);
  const relative = path.relative(process.cwd(), absolute);
  for (const candidatePath of [absolute, relative]) {
    if (Buffer.byteLength(candidatePath) <= MAX_ADDRESS) return { path: candidatePath, close: () => undefined };
  }
  if (process.platform !== 'linux') throw new FolderLockError('unusable', `The path of ${folder} is too long`);
  const fd = openSync(folder, 'r');
  return { path: `/proc/self/fd/${fd}/${name}`, close: () => closeSync(fd) };
}
