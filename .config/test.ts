/**
 * test runs everything that guards the project, in order, and ends with one line `N passed, N failed`.
 * `npm test -- unit e2e` runs only the stages named. Each stage prints its own progress; nothing needs to be
 * installed besides Node: the browser and the PostgreSQL come from the system where it has them, else from npm.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const reports = mkdtempSync(join(tmpdir(), 'mns-test-'));

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

interface Stage {
  name: string;
  what: string;
  command: string[];
  /** tally reads the runner's own report; without one the stage counts as a single check. */
  tally?: (report: string) => Tally;
}

function vitestTally(report: string): Tally {
  const json = JSON.parse(readFileSync(report, 'utf8')) as { numPassedTests: number; numFailedTests: number; numPendingTests: number; numFailedTestSuites: number };
  const brokenFiles = json.numFailedTests === 0 ? json.numFailedTestSuites : 0;
  return { passed: json.numPassedTests, failed: json.numFailedTests + brokenFiles, skipped: json.numPendingTests };
}

function playwrightTally(report: string): Tally {
  const { stats } = JSON.parse(readFileSync(report, 'utf8')) as { stats: { expected: number; unexpected: number; skipped: number; flaky: number } };
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
}

function vitestStage(name: string, what: string): Stage {
  const command = ['vitest', 'run', '--config', '.config/vitest.ts', '--project', name, '--reporter=default', '--reporter=json', `--outputFile.json=${join(reports, `${name}.json`)}`];
  return { name, what, command, tally: vitestTally };
}

const STAGES: Stage[] = [
  { name: 'types', what: 'the compiler', command: ['tsc', '--noEmit'] },
  { name: 'lint', what: 'oxlint, with types', command: ['oxlint', '--config', '.oxlintrc.json', '--type-aware', '--deny-warnings'] },
  { name: 'floors', what: 'who may import whom', command: ['tsx', '.config/floors.ts'] },
  vitestStage('unit', 'unit and property tests'),
  vitestStage('conformance', 'published test vectors'),
  vitestStage('integration', 'the services on the embedded database and on a real PostgreSQL'),
  { name: 'build', what: 'the pages', command: ['tsx', 'lib/server/start.ts', '--build-only'] },
  { name: 'e2e', what: 'a person in a real Chromium, on both databases', command: ['playwright', 'test', '--config', 'e2e/playwright.config.ts'], tally: playwrightTally },
  vitestStage('crash', 'fifty SIGKILLs on each database'),
];

function run(stage: Stage): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('npx', ['--no-install', ...stage.command], {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: join(reports, 'e2e.json') },
    });
    child.on('exit', (code) => resolve(code === 0));
    child.on('error', () => resolve(false));
  });
}

function read(stage: Stage, ok: boolean): Tally {
  if (stage.tally !== undefined) {
    try {
      const tally = stage.tally(join(reports, `${stage.name}.json`));
      return ok || tally.failed > 0 ? tally : { ...tally, failed: 1 };
    } catch {
      return { passed: 0, failed: 1, skipped: 0 };
    }
  }
  return ok ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !STAGES.some((stage) => stage.name === name));
if (unknown.length > 0) {
  process.stderr.write(`no such stage: ${unknown.join(', ')}; there are ${STAGES.map((stage) => stage.name).join(', ')}\n`);
  process.exit(2);
}
const stages = wanted.length === 0 ? STAGES : STAGES.filter((stage) => wanted.includes(stage.name));
const total: Tally = { passed: 0, failed: 0, skipped: 0 };
const lines: string[] = [];
for (const [at, stage] of stages.entries()) {
  process.stdout.write(`\n── ${at + 1}/${stages.length} ${stage.name}: ${stage.what}\n`);
  const started = Date.now();
  const tally = read(stage, await run(stage));
  total.passed += tally.passed;
  total.failed += tally.failed;
  total.skipped += tally.skipped;
  lines.push(`${tally.failed === 0 ? '✓' : '✗'} ${stage.name.padEnd(12)} ${String(tally.passed).padStart(4)} passed${tally.failed > 0 ? `, ${tally.failed} failed` : ''}${tally.skipped > 0 ? `, ${tally.skipped} skipped` : ''}  ${Math.round((Date.now() - started) / 1000)} s`);
}
rmSync(reports, { recursive: true, force: true });
process.stdout.write(`\n${lines.join('\n')}\n\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
