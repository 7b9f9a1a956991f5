import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CopyHead, parseHead } from './copy-head';
import { CopyRefusal } from './copy-refusal';

/** FLOOR_FILE is the head that a copy had before it was cut back by a repair: what is fetched again must reach it and begin with it. */
export const FLOOR_FILE = 'floor.json';

/** readFloor reads the floor of a copy, or gives null. */
export function readFloor(dir: string): CopyHead | null {
  try {
    return parseHead(readFileSync(join(dir, FLOOR_FILE)));
  } catch (error) {
    if (error instanceof CopyRefusal || (error instanceof Error && 'code' in error && error.code === 'ENOENT')) return null;
    throw error;
  }
}

/** removeFloor is for when the copy has reached it. */
export async function removeFloor(dir: string): Promise<void> {
  await rm(join(dir, FLOOR_FILE), { force: true });
}
