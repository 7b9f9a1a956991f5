import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, chromium } from '@playwright/test';
import initSqlJs from 'sql.js';
import { launchOptions } from './browser';

/** What Chromium writes of a certificate that its user trusts as an authority: CertificateMetadata { trust { trust_type: TRUSTED } }. */
const TRUSTED = Uint8Array.of(0x0a, 0x02, 0x08, 0x03);

/** DeviceBrowser says what a browser is told before it starts, as a person tells it in its settings. */
export interface DeviceBrowser {
  /** An empty folder. */
  readonly profile: string;
  /** Template of a DNS over HTTPS server: secure mode, so that no other resolver is asked. */
  readonly dnsOverHttps: string;
  /** Authorities that it trusts besides those it came with, DER. */
  readonly trusted: readonly Uint8Array[];
}

/**
 * openDeviceBrowser starts a Chromium with settings that no command-line flag has: "Use secure DNS" is in `Local State`, certificates "installed by you"
 * are in the profile's `ServerCertificate` database. It gives null for a Chromium without these settings, such as the bare shell that npm brings.
 */
export async function openDeviceBrowser({ dnsOverHttps, profile, trusted }: DeviceBrowser): Promise<BrowserContext | null> {
  const options = await launchOptions();
  if (options.executablePath?.startsWith('/usr/') !== true) return null;
  const state = { dns_over_https: { mode: 'secure', templates: dnsOverHttps } };
  mkdirSync(join(profile, 'Default'), { recursive: true });
  writeFileSync(join(profile, 'Local State'), JSON.stringify(state));
  writeFileSync(join(profile, 'Default', 'ServerCertificate'), await certificateDatabase(trusted));
  return chromium.launchPersistentContext(profile, { ...options, ignoreHTTPSErrors: false });
}

async function certificateDatabase(trusted: readonly Uint8Array[]): Promise<Uint8Array> {
  const { Database } = await initSqlJs();
  const database = new Database();
  database.run('CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR)');
  for (const [key, value] of [['version', '1'], ['last_compatible_version', '1']] as const) database.run('INSERT INTO meta VALUES (?, ?)', [key, value]);
  database.run('CREATE TABLE certificates(sha256hash_hex TEXT PRIMARY KEY,der_cert BLOB NOT NULL,trust_settings BLOB NOT NULL)');
  for (const der of trusted) database.run('INSERT INTO certificates VALUES (?, ?, ?)', [createHash('sha256').update(der).digest('hex'), der, TRUSTED]);
  const bytes = database.export();
  database.close();
  return bytes;
}
