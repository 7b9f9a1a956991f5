import { defineConfig, devices } from '@playwright/test';
import { launchOptions } from './browser';
import type { ServerOptions } from './server';

/** Every spec runs on both databases: the project says which one its server uses. */
export default defineConfig<object, ServerOptions>({
  testDir: '.',
  outputDir: '../test-results',
  fullyParallel: false,
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  forbidOnly: process.env['CI'] !== undefined,
  retries: 0,
  reporter: [['list'], ['json', { outputFile: process.env['PLAYWRIGHT_JSON_OUTPUT_NAME'] ?? '../test-results/e2e.json' }]],
  use: {
    ...devices['Desktop Chrome'],
    launchOptions: await launchOptions(),
    trace: 'retain-on-failure',
  },
  projects: [
    { name: 'embedded', use: { database: 'embedded' } },
    { name: 'postgres', use: { database: 'postgres' } },
  ],
});
