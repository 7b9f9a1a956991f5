import { x25519 } from '@noble/curves/ed25519.js';
import { randomFillSync } from 'node:crypto';
import { type FixtureIdentity, type FixtureRegistry, makeIdentity } from '../../core/assertion/fixtures';
import { toBase64 } from '../../core/bytes/base64';
import { utf8 } from '../../core/bytes/bytes';
import { sha256 } from '../../core/bytes/sha256';
import type { FixtureLog } from '../../core/registry/fixture-log';
import { CopyWriter } from '../../copy/copy-writer';
import { Follower } from '../../copy/follow';
import { TestSource } from '../../copy/source-for-tests';
import { createKeyFile } from '../keys/key-file';

/** PASSPHRASE opens every key file made here. */
export const PASSPHRASE = 'a passphrase for tests';

const encryptSeed = (label: string) => sha256(utf8(`mns test encrypt ${label}`));

/** makePerson is a fixture identity whose X25519 key is known, so that it can read messages. */
export function makePerson(world: FixtureRegistry, label: string): FixtureIdentity {
  return makeIdentity(world.registry, label, { encrypt: toBase64(x25519.getPublicKey(encryptSeed(label))) });
}

/** keyFileOf writes a person's key file, quickly opened. */
export function keyFileOf(path: string, { certificate, key, label }: FixtureIdentity): string {
  const made = { certificate: certificate.envelope, createdSec: 1, encryptSeeds: [encryptSeed(label)], registry: certificate.registry, signingSeed: key.seed };
  createKeyFile(path, made, PASSPHRASE, { cost: 2 ** 12, random: (count) => randomFillSync(new Uint8Array(count)) });
  return path;
}

/** Copied is a folder that follows a registry in memory. */
export interface Copied {
  readonly dir: string;
  /** follow takes in what the registry has sealed since. */
  follow(): Promise<void>;
  close(): Promise<void>;
}

/** copyOf makes a copy of a registry in memory, as `mns follow` does. */
export async function copyOf(dir: string, log: FixtureLog): Promise<Copied> {
  const source = new TestSource(log);
  const writer = await CopyWriter.open(dir);
  const follower = new Follower({ clock: () => (log.last?.timeSec ?? 0) + 1, registry: log.world.registry, source, stop: new AbortController().signal, writer });
  const follow = async () => {
    source.show(log);
    while (await follower.step());
  };
  await follow();
  return {
    close: async () => {
      await follower.close();
      await writer.close();
    },
    dir,
    follow,
  };
}
