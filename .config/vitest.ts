import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));
const alias = { '@': root };
const suffixes = ['conformance', 'integration', 'crash'];
const excluded = ['**/node_modules/**', '**/.next/**', '**/.data/**'];

/** One project a kind of test; a kind is the word before `.test.ts` in a file's name. */
function project(name: string, include: string[], exclude: string[], timeoutMs: number, parallel: boolean) {
  return {
    root,
    resolve: { alias },
    test: {
      name,
      include,
      exclude: [...excluded, ...exclude],
      testTimeout: timeoutMs,
      hookTimeout: timeoutMs,
      fileParallelism: parallel,
    },
  };
}

export default defineConfig({
  root,
  test: {
    projects: [
      project('unit', ['lib/**/*.test.ts', 'components/**/*.test.ts', 'app/**/*.test.ts'], suffixes.map((s) => `**/*.${s}.test.ts`), 60_000, true),
      project('conformance', ['lib/**/*.conformance.test.ts'], [], 120_000, true),
      project('integration', ['lib/**/*.integration.test.ts'], [], 120_000, false),
      project('crash', ['lib/**/*.crash.test.ts'], [], 1_200_000, false),
    ],
  },
});
