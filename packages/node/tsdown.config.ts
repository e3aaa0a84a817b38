import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: 'src/index.ts',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // both are private to the packages that are published
  deps: { alwaysBundle: ['@background-fetch/core', '@background-fetch/common'] },
  dts: true,
  outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
});
