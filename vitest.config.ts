import { defineConfig } from 'vitest/config';
import { languageCodes } from './tools/words.mjs';

const exclude = ['node_modules/**', 'out/**', 'dist/**', '.demo/**'];

// unit: everything, the server on SQLite.
// postgres: the server once more, on a real PostgreSQL, and what only that can show.
export default defineConfig({
  // As the build does.
  define: { __LANGUAGES__: JSON.stringify(languageCodes()) },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...exclude, 'test/contract/postgres-*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: [
            'server/store/**/*.test.ts',
            'test/contract/server-*.test.ts',
            'test/contract/postgres-*.test.ts',
          ],
          exclude,
          globalSetup: 'test/support/postgres-global.ts',
        },
      },
    ],
    pool: 'forks',
    maxWorkers: 2,
    // Generous: the machine may be busy, and what hangs is ended all the same.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    allowOnly: false,
    passWithNoTests: false,
  },
});
