import { readFileSync, readdirSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Evidence, encodeEvidence, evidenceFileName } from '../core/validation/evidence-file';
import { verifyEvidence } from '../core/validation/verify-evidence';
import { type Disk, REAL_DISK } from './disk';

/** EVIDENCE_FOLDER is where a copy keeps what proves that the registry cheated. */
export const EVIDENCE_FOLDER = 'evidence';

const SUFFIX = '.mns-evidence.json';

/** SavedEvidence is a file of the folder. */
export interface SavedEvidence {
  readonly name: string;
  readonly sizeBytes: number;
  /** When it was written. */
  readonly timeSec: number;
}

/** saveEvidence writes evidence that holds, once, and gives the file's name; null if it would convince nobody. */
export async function saveEvidence(dir: string, evidence: Evidence, disk: Disk = REAL_DISK): Promise<string | null> {
  const bytes = encodeEvidence(evidence);
  if (!verifyEvidence(bytes, { registry: evidence.registry }).ok) return null;
  const name = evidenceFileName(evidence.kind, bytes);
  await mkdir(join(dir, EVIDENCE_FOLDER), { recursive: true });
  await disk.replace(join(dir, EVIDENCE_FOLDER, name), bytes);
  return name;
}

/** listEvidence lists the files, the newest first. */
export function listEvidence(dir: string): SavedEvidence[] {
  let names: string[];
  try {
    names = readdirSync(join(dir, EVIDENCE_FOLDER)).filter(isEvidenceName);
  } catch {
    return [];
  }
  const files = names.map((name): SavedEvidence => {
    const { mtimeMs, size } = statSync(join(dir, EVIDENCE_FOLDER, name));
    return { name, sizeBytes: size, timeSec: Math.floor(mtimeMs / 1_000) };
  });
  return files.sort((a, b) => b.timeSec - a.timeSec);
}

/** readEvidence is one file, or null. */
export function readEvidence(dir: string, name: string): Uint8Array | null {
  if (!isEvidenceName(name)) return null;
  try {
    return readFileSync(join(dir, EVIDENCE_FOLDER, name));
  } catch {
    return null;
  }
}

function isEvidenceName(name: string): boolean {
  return name.endsWith(SUFFIX) && /^[a-z0-9.-]+$/.test(name);
}
