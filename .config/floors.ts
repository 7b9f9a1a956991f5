/**
 * floors holds the layout of the project: which folder may import which (only downward), what `lib/core` may
 * reach (nothing but @noble), who sees the database, no cycles, no long files, nothing new at the top level.
 * It prints every breach with its file and line, and ends with 1 if there is one.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MAX_FILE_LINES = 400;
const TOP_LEVEL = new Set(['package.json', 'package-lock.json', 'next.config.js', 'tsconfig.json', 'app', 'components', 'lib', 'prisma', 'public', 'e2e', 'README.md']);
const FORBIDDEN_FOLDERS = new Set(['utils', 'util', 'helpers', 'common', 'misc']);

/** FLOORS: a folder may import folders of a strictly lower floor, and itself. */
const FLOORS: Record<string, number> = {
  'lib/core': 0,
  'lib/native': 0.5,
  'lib/client': 1,
  'lib/browser': 1,
  'lib/storage': 1,
  'lib/copy': 1,
  'lib/services': 2,
  'lib/sandbox': 3,
  'lib/worker': 3,
  'lib/cli': 3,
  'lib/server': 4,
  components: 4,
  app: 5,
  e2e: 6,
  '.config': 6,
};

/** NEVER: pairs that are barred although the floors would allow them. */
const NEVER: [from: string, to: string, why: string][] = [
  ['lib/cli', 'lib/storage', 'a provider has none of the registry’s database'],
  ['lib/cli', 'lib/services', 'a provider has none of the registry’s database'],
  ['app', 'lib/storage', 'pages parse, call and render; services ask the database'],
  ['components', 'lib/storage', 'components run in the browser'],
  ['components', 'lib/services', 'components run in the browser'],
  ['lib/browser', 'lib/client', 'key code and network code stay apart'],
];

/** Core folders that know nothing of names. */
const FORMATS = new Set(['bytes', 'keys', 'note', 'tlog', 'map', 'checkpoint']);
const DOMAIN = new Set(['assertion', 'registry', 'validation', 'resolution']);
const DATABASE_PACKAGES = /^(@prisma\/|prisma$|pg$|@electric-sql\/)/;
const KEY_PACKAGES = /^@scure\/bip39/;

interface Import {
  target: string;
  line: number;
}

const breaches: string[] = [];

function breach(file: string, line: number, text: string): void {
  breaches.push(`${file}:${line}  ${text}`);
}

function trackedFiles(): string[] {
  const out = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' });
  return out.split('\n').filter((path) => path !== '' && existsSync(join(ROOT, path)));
}

function importsOf(source: string): Import[] {
  const pattern = /(?:^|[\s;])(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|[^\w.])import\s*\(?\s*['"]([^'"]+)['"]|require\(\s*['"]([^'"]+)['"]/g;
  const found: Import[] = [];
  for (const match of source.matchAll(pattern)) {
    const target = match[1] ?? match[2] ?? match[3];
    if (target === undefined) continue;
    const line = source.slice(0, (match.index ?? 0) + match[0].length).split('\n').length;
    found.push({ target, line });
  }
  return found;
}

function folderOf(path: string): string | null {
  return Object.keys(FLOORS).find((folder) => path === folder || path.startsWith(`${folder}/`)) ?? null;
}

/** resolveOwn turns an import of our own code into a path from the root, or null for a package. */
function resolveOwn(file: string, target: string): string | null {
  const base = target.startsWith('@/') ? target.slice(2) : target.startsWith('.') ? normalize(join(dirname(file), target)) : null;
  if (base === null) return null;
  const candidates = [base, `${base}.ts`, `${base}.tsx`, `${base}.d.ts`, `${base}/index.ts`, base.replace(/\.js$/, '.ts')];
  return candidates.find((path) => existsSync(join(ROOT, path)) && statSync(join(ROOT, path)).isFile()) ?? base;
}

function isTest(file: string): boolean {
  return /\.test\.tsx?$/.test(file) || file.endsWith('-for-tests.ts');
}

function checkPackage(file: string, item: Import): void {
  const { target, line } = item;
  if (file.startsWith('lib/core/') && !isTest(file) && !target.startsWith('@noble/')) {
    breach(file, line, `lib/core imports ${target}: it may reach only @noble/* and itself`);
  }
  if (DATABASE_PACKAGES.test(target) && !file.startsWith('lib/storage/') && !file.startsWith('.config/')) {
    breach(file, line, `${target} is seen by lib/storage only`);
  }
  if (KEY_PACKAGES.test(target) && !isTest(file) && !/^lib\/(browser|cli)\//.test(file)) {
    breach(file, line, `${target} handles private keys: lib/browser and lib/cli only`);
  }
}

function checkOwn(file: string, path: string, line: number): void {
  const from = folderOf(file);
  const to = folderOf(path);
  if (from === null || to === null || from === to) {
    if (from === 'lib/core' && to === 'lib/core') {
      const [a, b] = [file.split('/')[2] ?? '', path.split('/')[2] ?? ''];
      if (FORMATS.has(a) && DOMAIN.has(b) && !isTest(file)) breach(file, line, `core/${a} knows nothing of names, but imports ${path}`);
    }
    return;
  }
  const fromFloor = FLOORS[from] ?? 0;
  const toFloor = FLOORS[to] ?? 0;
  if (toFloor >= fromFloor && !isTest(file)) breach(file, line, `imports upward: ${from} (floor ${fromFloor}) → ${path} (floor ${toFloor})`);
  if (isTest(file)) return;
  for (const [a, b, why] of NEVER) if (from === a && to === b) breach(file, line, `${a} may never import ${b}: ${why}`);
}

function checkCycles(graph: Map<string, string[]>): void {
  const done = new Set<string>();
  const path: string[] = [];
  const onPath = new Set<string>();
  const visit = (node: string): void => {
    if (done.has(node)) return;
    if (onPath.has(node)) {
      breach(node, 1, `import cycle: ${[...path.slice(path.indexOf(node)), node].join(' → ')}`);
      return;
    }
    onPath.add(node);
    path.push(node);
    for (const next of graph.get(node) ?? []) visit(next);
    path.pop();
    onPath.delete(node);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node);
}

function checkShape(file: string, source: string): void {
  const lines = source.split('\n').length - 1;
  if (lines > MAX_FILE_LINES) breach(file, lines, `${lines} lines; ${MAX_FILE_LINES} is the most`);
  const folders = dirname(file).split('/');
  const bad = folders.find((folder) => FORBIDDEN_FOLDERS.has(folder));
  if (bad !== undefined) breach(file, 1, `a folder called ${bad} says nothing about what is in it`);
  const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '').trim();
  if (/\/index\.tsx?$/.test(file) && code.split('\n').every((line) => /^export\s.*from/.test(line))) breach(file, 1, 'a barrel: import from where a thing lives');
}

const files = trackedFiles();
for (const file of files) {
  const top = file.split('/')[0] ?? '';
  if (!TOP_LEVEL.has(top) && !top.startsWith('.')) breach(file, 1, `${top} does not belong at the top level`);
}

const graph = new Map<string, string[]>();
for (const file of files.filter((path) => /\.(ts|tsx)$/.test(path) && !path.endsWith('.d.ts'))) {
  const source = readFileSync(join(ROOT, file), 'utf8');
  checkShape(file, source);
  const edges: string[] = [];
  for (const item of importsOf(source)) {
    const path = resolveOwn(file, item.target);
    if (path === null) checkPackage(file, item);
    else {
      checkOwn(file, path, item.line);
      edges.push(relative(ROOT, join(ROOT, path)));
    }
  }
  graph.set(file, edges);
}
checkCycles(graph);

if (breaches.length > 0) {
  process.stdout.write(`${breaches.join('\n')}\n${breaches.length} breach${breaches.length === 1 ? '' : 'es'} of the floors\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`floors hold: ${graph.size} files\n`);
}
