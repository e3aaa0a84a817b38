import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const include = [
  'packages/*/test/**/*.test.ts',
  'testing/*/test/**/*.test.ts',
  'examples/*/test/**/*.test.ts',
];

/**
 * Files whose process others can't have after them: they put something in the place of a global or of a module, or set
 * what holds for a whole process (its variables, its rights, its memory, its display).
 */
const alone = [
  'packages/web/test/**/*.test.ts',
  'packages/*/test/{security,files}/**/*.test.ts',
  'packages/*/test/daemon/{follow,save-again}.test.ts',
  'packages/*/test/engine/{in-hand,many-at-once}.test.ts',
  'testing/{browsers,field}/test/**/*.test.ts',
  'examples/demo/test/**/*.test.ts',
];

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    globals: false,
    // three at least: many files wait for processes they started more than they compute
    maxWorkers: Math.max(3, availableParallelism() - 1),
    globalSetup: ['scripts/build-command.ts'],
    setupFiles: ['scripts/seed-fuzz.ts', 'scripts/compare-bytes.ts'],
    // limits for what hangs, not for what a busy machine makes slow
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'alone', include: alone } },
      // a process for many files: what they import is read once
      {
        extends: true,
        test: { name: 'shared', include, exclude: [...alone, '**/node_modules/**'], isolate: false },
      },
    ],
  },
});
