import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { parseValidatorKey } from '../../core/assertion/parse-tokens';
import type { ToSign } from '../../core/keys/dsse';
import { publicKeyOf, sign, signWith, type Signed } from '../../core/keys/sign';
import { type Cosignature, cosignatureToSign } from '../../core/note/cosignature';
import { COSIGNATURE, formatVkey, makeVkey, type Vkey } from '../../core/note/vkey';
import { refuseCli } from '../cli-refusal';
import { openCosigningKey } from '../witness/witness-key';
import { makeSignedView, readSignedView, SIGNED_FILE } from './signed-view';

/** VALIDATOR_KEY_FILE holds the key that signs tokens, and its own enrolment, and nothing else. */
export const VALIDATOR_KEY_FILE = 'validator-key';

/** ValidatorKey signs what a validator states. */
export interface ValidatorKey {
  readonly vkey: Vkey;
  /** The verifier key's text, by which the registry knows the validator. */
  readonly text: string;
  /** token cosigns a checkpoint's text. */
  token(timeSec: number, checkpointText: string): Cosignature;
  /** enrolment shows that whoever enrols the key has it. */
  enrolment(what: ToSign): Signed;
}

/**
 * openValidatorKey reads the validator's key out of a copy's folder, or makes one under `name` if there is none yet, together with the
 * file that remembers what it has signed.
 * @throws CliRefusal `bad-option` if there is no key and no name for one, `bad-key-file`.
 */
export function openValidatorKey(dir: string, name: string | null, random: (count: number) => Uint8Array): ValidatorKey {
  const path = join(dir, VALIDATOR_KEY_FILE);
  const isNew = !existsSync(path);
  if (isNew) {
    if (name === null) return refuseCli('bad-option', 'A new validator needs a name of its own, such as provider.example: give --name.');
    // Looked at before there is a key of that name.
    parseValidatorKey(formatVkey(makeVkey(name, COSIGNATURE, publicKeyOf(new Uint8Array(32)))));
    if (existsSync(join(dir, SIGNED_FILE)) && readSignedView(dir) !== null) return refuseCli('no-file', `${path} is gone, and ${SIGNED_FILE} says that it has signed. Put it back, or take ${SIGNED_FILE} away to begin with a new key.`);
    makeSignedView(dir);
  }
  const { seed, vkey } = openCosigningKey(path, name, random);
  const text = formatVkey(vkey);
  parseValidatorKey(text);
  return {
    enrolment: (what) => signWith(what, seed),
    text,
    token: (timeSec, checkpointText) => ({ signature: sign(cosignatureToSign(timeSec, checkpointText), seed), timeSec }),
    vkey,
  };
}
