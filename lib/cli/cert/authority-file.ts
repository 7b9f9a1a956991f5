import { bytes, object, string } from '../../core/bytes/fields';
import { toBase64 } from '../../core/bytes/base64';
import { MAX_HOST_LENGTH } from '../../core/registry/limits';
import { Refusal } from '../../core/refusal';
import { refuseCli } from '../cli-refusal';
import { readPrivate, type SealOptions } from '../keys/key-file';
import { readSealedFile, sealFile } from '../keys/sealed-file';
import type { Made } from './make-certificates';

/** AUTHORITY_FORMAT is the `format` of the file that holds an authority's private key. */
export const AUTHORITY_FORMAT = 'mns-authority/v1';

/** Authority is what issues leaves: its certificate and key, the identity's own certificate above it, and the name it may vouch for. */
export interface Authority {
  readonly made: Made;
  readonly root: Uint8Array;
  readonly host: string;
}

/** encodeAuthority makes the file: certificates in the open, the private key under a passphrase. */
export function encodeAuthority({ host, made, root }: Authority, passphrase: string, options: SealOptions): Uint8Array {
  const shown = { certificate: toBase64(made.certificate), host, root: toBase64(root) };
  return sealFile(AUTHORITY_FORMAT, shown, made.privateKey, passphrase, options.random, options.cost);
}

/** openAuthority opens such a file. @throws CliRefusal as `openKeyFile`. */
export function openAuthority(path: string, passphrase: string): Authority {
  const sealed = readSealedFile(AUTHORITY_FORMAT, readPrivate(path));
  try {
    const fields = object(sealed.public, ['certificate', 'host', 'root'], 'file.public');
    const certificate = bytes(fields.certificate, 'file.public.certificate');
    const host = string(fields.host, 'file.public.host', MAX_HOST_LENGTH);
    const root = bytes(fields.root, 'file.public.root');
    return { host, made: { certificate, privateKey: sealed.open(passphrase) }, root };
  } catch (error) {
    if (error instanceof Refusal) return refuseCli('bad-key-file', `What the key file holds is not in order: ${error.detail}`);
    throw error;
  }
}
