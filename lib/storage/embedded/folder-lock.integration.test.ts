import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { openDatabase } from '../open';
import { StorageError } from '../errors';
import { lockFolder } from './folder-lock';

const CHILD = fileURLToPath(new URL('./lock-holder-for-tests.ts', import.meta.url));
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'mns-lock-'));
  folders.push(folder);
  return folder;
}

/** A process of its own that locks the folder, says so, and stays. */
async function holder(folder: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: said.toString().trim() };
}

async function kill(child: Awaited<ReturnType<typeof holder>>['child']): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('a second process on one embedded folder is refused and told what to do; a SIGKILL frees the folder', async () => {
  const dataDir = newFolder();
  const folder = path.join(dataDir, 'db');
  const first = await holder(folder);
  expect(first.said).toBe('locked');
  expect((await holder(folder)).said).toBe('folder-in-use');
  const refused = await openDatabase({ dataDir }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(StorageError);
  expect(String(refused)).toMatch(/is in use by another running process.*MNS_DATA_DIR.*DATABASE_URL/);
  await kill(first.child);
  const second = await holder(folder);
  expect(second.said).toBe('locked');
  await kill(second.child);
  const db = await openDatabase({ dataDir });
  await db.close();
  expect(readdirSync(folder)).toEqual(['data']);
});

test('of many processes that start at one moment at most one gets the folder', async () => {
  const folder = newFolder();
  const children = await Promise.all(Array.from({ length: 4 }, () => holder(folder)));
  expect(children.filter((child) => child.said === 'locked').length).toBeLessThanOrEqual(1);
  for (const { child } of children) if (child.exitCode === null) await kill(child);
  const lock = await lockFolder(folder);
  await lock.release();
});

test('the same process cannot lock a folder twice, and a released one is free', async () => {
  const folder = newFolder();
  const lock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toThrow('in use');
  await lock.release();
  await (await lockFolder(folder)).release();
  expect(readdirSync(folder)).toEqual([]);
});

test('a folder with a very long path can be locked, and a file that is no socket does not block it', async () => {
  const folder = path.join(newFolder(), 'x'.repeat(120), 'y'.repeat(120));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, '1-abc.lock'), '');
  const lock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toThrow('in use');
  await lock.release();
});
