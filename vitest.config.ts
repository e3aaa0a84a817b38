import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'testing/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts'],
    globals: false,
    // a limit for what hangs, not for what a busy machine makes slow
    testTimeout: 120_000,
  },
});
