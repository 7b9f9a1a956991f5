import { existsSync } from 'node:fs';
import { fromBase64, toBase64 } from '../../core/bytes/base64';
import { concat } from '../../core/bytes/bytes';
import { publicKeyOf, sign } from '../../core/keys/sign';
import type { CosignatureToSign } from '../../core/note/cosignature';
import { COSIGNATURE, keyIdOf, makeVkey, type Vkey } from '../../core/note/vkey';
import { Refusal } from '../../core/refusal';
import { refuseCli } from '../cli-refusal';
import { readPrivate } from '../keys/key-file';
import { writeFileSafely } from '../keys/write-file';

/** WitnessKey cosigns checkpoints and nothing else. */
export interface WitnessKey {
  readonly vkey: Vkey;
  sign(what: CosignatureToSign): Uint8Array;
}

/*
 * The file is one line as Go's note package writes it (PRIVATE+KEY+name+key ID+base64 of type and seed), so that a key can move between this
 * witness and others. The type is 0x04: a key for cosignatures.
 */
const FORM = /^PRIVATE\+KEY\+([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)\s*$/;

/** CosigningKey is the pair in a key file: whoever opens it sees to it that the seed signs one kind of thing. */
export interface CosigningKey {
  readonly vkey: Vkey;
  readonly seed: Uint8Array;
}

/** openWitnessKey reads the key file, or makes one if there is none and a name is given. @throws CliRefusal `no-file`, `bad-key-file`. */
export function openWitnessKey(path: string, name: string | null, random: (count: number) => Uint8Array): WitnessKey {
  const { seed, vkey } = openCosigningKey(path, name, random);
  return { sign: (what) => sign(what, seed), vkey };
}

/** openCosigningKey is `openWitnessKey` for those who are no witness. @throws CliRefusal as that. */
export function openCosigningKey(path: string, name: string | null, random: (count: number) => Uint8Array): CosigningKey {
  if (!existsSync(path) && name !== null) writeFileSafely(path, Buffer.from(`${formatKey(name, random(32))}\n`));
  const parts = FORM.exec(Buffer.from(readPrivate(path)).toString('latin1'));
  const key = readKey(parts?.[1] ?? '', parts?.[3] ?? '');
  if (key === null || key.vkey.keyId !== Number.parseInt(parts?.[2] ?? '', 16)) return refuseCli('bad-key-file', `${path} is no key for cosignatures.`);
  if (name !== null && key.vkey.name !== name) refuseCli('bad-key-file', `${path} holds the key of ${key.vkey.name}, not of ${name}.`);
  return key;
}

function readKey(name: string, encoded: string): CosigningKey | null {
  try {
    const bytes = fromBase64(encoded, 33);
    const seed = Uint8Array.from(bytes.subarray(1));
    if (bytes[0] !== COSIGNATURE) return null;
    return { seed, vkey: makeVkey(name, COSIGNATURE, publicKeyOf(seed)) };
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

function formatKey(name: string, seed: Uint8Array): string {
  const keyId = keyIdOf(makeVkey(name, COSIGNATURE, publicKeyOf(seed)).name, COSIGNATURE, publicKeyOf(seed));
  return `PRIVATE+KEY+${name}+${keyId.toString(16).padStart(8, '0')}+${toBase64(concat(Uint8Array.of(COSIGNATURE), seed))}`;
}
