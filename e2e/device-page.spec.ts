import { webcrypto } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { test as base, expect } from '@playwright/test';
import { certificateOf } from '../lib/browser/certificate';
import { createWords, rootSeedOf } from '../lib/browser/words';
import { openZoneServer, type ZoneServer } from '../lib/cli/dns/zone-server-for-tests';
import { pemOf } from '../lib/cli/cert/make-certificates';
import { testIo } from '../lib/cli/io-for-tests';
import { type Serving, startServing } from '../lib/cli/messages/processes-for-tests';
import { extendCopy } from '../lib/cli/names/copy-for-tests';
import { run } from '../lib/cli/run';
import { type FixtureIdentity, makeIdentity, makeRegister, makeRegistry, pairOf } from '../lib/core/assertion/fixtures';
import { parseIdentity } from '../lib/core/assertion/identity';
import { toBase64 } from '../lib/core/bytes/base64';
import { publicKeyOf, sign } from '../lib/core/keys/sign';
import { FixtureLog } from '../lib/core/registry/fixture-log';
import { openDeviceBrowser } from './device-browser';
import type { ServerOptions } from './server';

const HOST = 'coffeepot.alice-cooper.mm--';
const folder = mkdtempSync(join(tmpdir(), 'mns-device-'));
const at = (file: string) => join(folder, file);
const WORDS = createWords((count) => new Uint8Array(count).fill(42));
const world = makeRegistry('device');
let zone: ZoneServer;
let provider: Serving;
let pot: Server;
let providerCertificate: Uint8Array;

// No server of the registry is started here, so no fixture of `server.ts`.
const test = base.extend<object, ServerOptions>({ database: ['embedded', { option: true, scope: 'worker' }] });
test.skip(({ database }) => database !== 'embedded', 'no registry takes part: once is enough');

/** personOf is a fixture identity whose root comes from words, as a person's does. */
async function personOf(words: string[]): Promise<FixtureIdentity> {
  const key = pairOf('device key');
  const envelope = await certificateOf(words, { number: 0, registry: world.registry }, { publicKey: key.publicKey, sign: (what) => sign(what, key.seed) });
  const [certificate, seed] = [parseIdentity(envelope, world.registry), rootSeedOf(words)];
  const publicKey = publicKeyOf(seed);
  return { ...makeIdentity(world.registry, 'device'), certificate, key, root: { publicKey, seed, text: toBase64(publicKey) }, udf: certificate.udf };
}

async function mns(...argv: string[]): Promise<void> {
  const io = testIo({ env: { MNS_PASSPHRASE: 'a passphrase for tests' } });
  expect(await run(argv, io), io.errLines.join('\n')).toBe(0);
}

/** A provider's own certificate for its DNS over HTTPS at 127.0.0.1. */
async function providerFiles(): Promise<Uint8Array> {
  const algorithm = { hash: 'SHA-256', name: 'ECDSA', namedCurve: 'P-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const extensions = [new x509.BasicConstraintsExtension(true, 0, true), new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]), new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth])];
  const made = await x509.X509CertificateGenerator.createSelfSigned({ extensions, keys, name: 'CN=provider', notAfter: new Date(Date.now() + 86_400_000), notBefore: new Date(Date.now() - 3_600_000), signingAlgorithm: algorithm });
  const der = new Uint8Array(made.rawData);
  writeFileSync(at('provider.pem'), pemOf('CERTIFICATE', der));
  writeFileSync(at('provider.key'), pemOf('PRIVATE KEY', new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))));
  return der;
}

test.beforeAll(async () => {
  const log = new FixtureLog(world);
  log.seal([makeRegister(world, await personOf(WORDS), '@Alice-Cooper', { dns: ['127.0.0.1'] })]);
  await extendCopy(at('copy'), log);
  writeFileSync(at('words'), WORDS.join(' '));
  await mns('cert', 'root', '@alice-cooper', '--out', folder, '--words-file', at('words'));
  await mns('cert', 'issue', HOST, '--out', folder);
  await mns('cert', 'check', at(`${HOST}.pem`), '--host', HOST, '--data', at('copy'));
  // Her own name server says where the coffeepot is; the registry has only the server's address.
  zone = await openZoneServer({ [HOST]: { answers: [{ data: '127.0.0.1', name: HOST, ttl: 60, type: 'A' }] } });
  providerCertificate = await providerFiles();
  provider = await startServing(['--data', at('copy'), '--tls-cert', at('provider.pem'), '--tls-key', at('provider.key'), '--recurse', '--recurse-private', '--recurse-port', String(zone.port)]);
  pot = createServer({ cert: readFileSync(at(`${HOST}.pem`)), key: readFileSync(at(`${HOST}.key`)) }, (_request, response) => response.end('<title>Coffeepot</title><h1>418</h1>'));
  await new Promise<void>((resolve) => pot.listen(0, '127.0.0.1', resolve));
});

test.afterAll(async () => {
  pot?.closeAllConnections();
  pot?.close();
  await Promise.all([provider?.stop(), zone?.close()]);
});

const urlOfPot = () => `https://${HOST}:${(pot.address() as AddressInfo).port}/`;
const authority = () => Buffer.from(readFileSync(at('authority.pem'), 'utf8').split('-----')[2] ?? '', 'base64');

for (const [what, trusts] of [['opens a device’s page by its name, with the holder’s authority as its only trust', true], ['does not open it without that authority', false]] as const) {
  test(`a browser told to use the provider’s DNS over HTTPS ${what}`, async () => {
    const trusted = trusts ? [providerCertificate, authority()] : [providerCertificate];
    const context = await openDeviceBrowser({ dnsOverHttps: `https://${provider.at}/dns-query`, profile: mkdtempSync(join(folder, 'profile-')), trusted });
    test.skip(context === null, 'the Chromium from npm has neither a setting for secure DNS nor one for certificates');
    if (context === null) return;
    try {
      const page = await context.newPage();
      const opened = page.goto(urlOfPot());
      if (!trusts) {
        await expect(opened).rejects.toThrow(/ERR_CERT_(AUTHORITY_)?INVALID/);
        return;
      }
      expect((await opened)?.status()).toBe(200);
      expect(await page.title()).toBe('Coffeepot');
      // Nobody else could have said where it is: the name is none of the public root's, and what the provider does not know is not there.
      await expect(page.goto(urlOfPot().replace('coffeepot', 'teapot'))).rejects.toThrow(/ERR_NAME_NOT_RESOLVED/);
    } finally {
      await context.close();
    }
  });
}
