import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'testing/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts'],
    globals: false,
  },
});
