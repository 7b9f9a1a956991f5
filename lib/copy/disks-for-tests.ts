import { rename, writeFile } from 'node:fs/promises';
import { type Disk, REAL_DISK } from './disk';

/** QUICK_DISK writes as the real one does, but does not wait for the disk: for tests that don't pull the plug. */
export const QUICK_DISK: Disk = {
  async replace(path, bytes) {
    await writeFile(`${path}.000000000000.new`, bytes);
    await rename(`${path}.000000000000.new`, path);
  },
  sync: () => Promise.resolve(),
  write: (file, bytes, position) => REAL_DISK.write(file, bytes, position),
};

/** fullDisk is a disk that runs full at random: after part of a write, or instead of one; `isFull` tells whether it is full at a moment. */
export function fullDisk(isFull: () => boolean): Disk {
  const full = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
  return {
    async replace(path, bytes) {
      if (isFull()) {
        await writeFile(`${path}.000000000000.new`, bytes.subarray(0, Math.floor(bytes.length / 2)));
        throw full();
      }
      await QUICK_DISK.replace(path, bytes);
    },
    sync: () => (isFull() ? Promise.reject(full()) : Promise.resolve()),
    async write(file, bytes, position) {
      if (!isFull()) return QUICK_DISK.write(file, bytes, position);
      await QUICK_DISK.write(file, bytes.subarray(0, Math.floor(bytes.length / 2)), position);
      throw full();
    },
  };
}

/** SLOW_DISK writes in halves with pauses between, so that whoever pulls the plug hits the middle of something. */
export const SLOW_DISK: Disk = {
  async replace(path, bytes) {
    await pause();
    await REAL_DISK.replace(path, bytes);
    await pause();
  },
  sync: (file) => REAL_DISK.sync(file),
  async write(file, bytes, position) {
    const half = Math.floor(bytes.length / 2);
    await REAL_DISK.write(file, bytes.subarray(0, half), position);
    await pause();
    await REAL_DISK.write(file, bytes.subarray(half), position + half);
  },
};

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 4));
}
