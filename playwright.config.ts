import { defineConfig } from '@playwright/test';

// electron: the agent in the real Electron, on displays of its own.
// security: tests tagged @security, the same but never as root and with Chromium's sandbox on;
//           tools/test.mjs starts them as another user.
// chromium: the pages in Debian's current Chromium, two tests at a time: each has a page of its own.
export default defineConfig({
  outputDir: process.env['WARDLOCK_TEST_OUTPUT'] ?? 'test-results',
  forbidOnly: true,
  workers: 2,
  // Generous: the machine may be busy, and what hangs is ended all the same.
  timeout: 240_000,
  expect: { timeout: 15_000 },
  use: { trace: 'retain-on-failure', screenshot: 'only-on-failure' },
  projects: [
    { name: 'electron', testDir: 'test/e2e', grepInvert: /@security/, workers: 1 },
    { name: 'security', testDir: 'test/e2e', grep: /@security/, workers: 1 },
    {
      name: 'chromium',
      testDir: 'test',
      testMatch: ['renderer/**/*.spec.ts', 'console/**/*.spec.ts'],
      fullyParallel: true,
      use: {
        browserName: 'chromium',
        viewport: { width: 1920, height: 1080 },
        // A trace keeps the document at every action; these tests go through hundreds of states.
        trace: 'off',
        launchOptions: { executablePath: '/usr/bin/chromium-headless-shell' },
      },
    },
  ],
});
