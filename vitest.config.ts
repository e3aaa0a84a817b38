import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'testing/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts'],
    globals: false,
    // three at least: many files wait for processes they started more than they compute
    maxWorkers: Math.max(3, availableParallelism() - 1),
    globalSetup: ['scripts/build-command.ts'],
    setupFiles: ['scripts/seed-fuzz.ts'],
    // a limit for what hangs, not for what a busy machine makes slow
    testTimeout: 120_000,
  },
});
