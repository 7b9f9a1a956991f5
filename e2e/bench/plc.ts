import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { postRequest, RequestFile } from './load';
import { BENCH_DIR } from './places';
import { freePort, freshDatabase, type Running, serve, tempFolder } from './processes';

/*
 * did:plc's server, the closest thing that others run: signed changes of identifiers over HTTP into PostgreSQL. It is installed
 * below .bench when it is first needed, not as a dependency of ours.
 */

const PACKAGES = { '@did-plc/server': '0.0.1', '@did-plc/lib': '0.0.4', '@atproto/crypto': '0.1.0' };
const FOLDER = join(BENCH_DIR, 'plc');

interface Keypair {
  did(): string;
}

interface PlcOperation {
  sig: string;
}

/** What we use of @did-plc/lib. */
interface PlcLib {
  createOp(options: { signingKey: string; rotationKeys: string[]; handle: string; pds: string; signer: Keypair }): Promise<{ op: PlcOperation; did: string }>;
  updateHandleOp(last: PlcOperation, signer: Keypair, handle: string): Promise<PlcOperation>;
}

interface PlcCrypto {
  Secp256k1Keypair: { create(): Promise<Keypair> };
}

/** installPlc installs did:plc's server unless it is there, and says why not if it cannot. */
export function installPlc(progress: (line: string) => void): string | null {
  if (existsSync(join(FOLDER, 'node_modules/@did-plc/server/dist/bin.js')) && existsSync(join(FOLDER, 'node_modules/@atproto/crypto/package.json'))) return null;
  progress('installing did:plc’s server');
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'package.json'), JSON.stringify({ private: true, dependencies: PACKAGES }));
  const done = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--omit=dev'], { cwd: FOLDER, encoding: 'utf8' });
  return done.status === 0 ? null : `npm install failed: ${(done.stderr || String(done.error ?? '')).slice(-300)}`;
}

/** servePlc starts the server on a fresh database of the same PostgreSQL that we use. Its log is off. */
export async function servePlc(): Promise<Running & { databaseUrl: string }> {
  const port = await freePort();
  const databaseUrl = await freshDatabase();
  const running = await serve({
    args: [join(FOLDER, 'node_modules/@did-plc/server/dist/bin.js')],
    cwd: FOLDER,
    env: { DATABASE_URL: databaseUrl, PORT: String(port), LOG_ENABLED: 'false' },
    healthPath: '/_health',
    port,
  });
  return { ...running, databaseUrl };
}

/** PlcRequests are two files: creations, and an update of each identifier that was created. */
export interface PlcRequests {
  creations: string;
  updates: string;
}

/** signPlcRequests signs `count` creations and updates, all before anything is measured. */
export async function signPlcRequests(count: number, progress: (line: string) => void): Promise<PlcRequests> {
  const require = createRequire(join(FOLDER, 'package.json'));
  const lib = require('@did-plc/lib') as PlcLib;
  const { Secp256k1Keypair } = require('@atproto/crypto') as PlcCrypto;
  const folder = tempFolder('plc');
  const creations = new RequestFile(join(folder, 'creations.requests'));
  const updates = new RequestFile(join(folder, 'updates.requests'));
  const signer = await Secp256k1Keypair.create();
  for (let i = 0; i < count; i++) {
    if (i % 500 === 0) progress(`signing did:plc operation ${i} of ${count}`);
    const { op, did } = await lib.createOp({ signingKey: signer.did(), rotationKeys: [signer.did()], handle: `bench${i}.example`, pds: 'https://provider.example', signer });
    const update = await lib.updateHandleOp(op, signer, `changed${i}.example`);
    creations.add([postRequest(`/${did}`, Buffer.from(JSON.stringify(op)))]);
    updates.add([postRequest(`/${did}`, Buffer.from(JSON.stringify(update)))]);
  }
  creations.close();
  updates.close();
  return { creations: creations.path, updates: updates.path };
}
