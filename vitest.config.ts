import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.{ts,tsx}'],
    exclude: ['node_modules/**', 'out/**', 'dist/**', '.demo/**'],
    pool: 'forks',
    maxWorkers: 2,
    // Generous: the machine may be busy, and what hangs is ended all the same.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    allowOnly: false,
    passWithNoTests: false,
  },
});
