import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the pages are built of. Another file changing needs no new build. */
const SOURCES = ['app', 'components', 'lib', 'public', 'next.config.js', 'package-lock.json', 'tsconfig.json', '.postcssrc.json'];
const STAMP = '.next/mns-sources';
const UNBUILT = /(\.test\.tsx?$)|(^lib\/(storage\/generated|cli)\/)|(\.md$)/;

/** buildPages runs `next build` in `root` if there is no build or the sources changed since; says what it does through `say`. */
export async function buildPages(root: string, say: (line: string) => void): Promise<void> {
  const hash = hashSources(root);
  const stamp = join(root, STAMP);
  if (existsSync(join(root, '.next/BUILD_ID')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  say('building the pages (next build), about half a minute the first time …');
  const startMs = Date.now();
  await run(root, ['node_modules/next/dist/bin/next', 'build'], say);
  writeFileSync(stamp, hash);
  say(`pages built in ${Math.round((Date.now() - startMs) / 1000)} s`);
}

/** hashSources is one hash over the names and contents of everything the pages are built of. */
export function hashSources(root: string): string {
  const hash = createHash('sha256');
  for (const path of filesUnder(root, SOURCES)) hash.update(`${path}\0`).update(createHash('sha256').update(readFileSync(join(root, path))).digest());
  return hash.digest('hex');
}

function filesUnder(root: string, starts: readonly string[]): string[] {
  const found: string[] = [];
  for (const start of starts) {
    const full = join(root, start);
    if (!existsSync(full)) continue;
    const isFolder = !/\.[a-z]+$/.test(start);
    if (!isFolder) found.push(start);
    else for (const item of readdirSync(full, { recursive: true, withFileTypes: true })) if (item.isFile()) found.push(join(item.parentPath, item.name).slice(root.length).replace(/^\//, ''));
  }
  return found.filter((path) => !UNBUILT.test(path)).sort();
}

function run(root: string, args: string[], say: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
    const tail: string[] = [];
    const relay = (chunk: Buffer) => {
      for (const line of chunk.toString().split('\n').filter((text) => text.trim() !== '')) {
        tail.push(line);
        if (tail.length > 40) tail.shift();
        if (/✓|Creating|Compil|Collect|Generat|Finaliz/.test(line)) say(`  ${line.trim()}`);
      }
    };
    child.stdout.on('data', relay);
    child.stderr.on('data', relay);
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`next build failed (exit ${String(code)}):\n${tail.join('\n')}`));
    });
  });
}
