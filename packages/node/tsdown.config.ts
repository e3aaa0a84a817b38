import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: 'src/index.ts',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  dts: true,
  // the core is private to the packages that are published: it is bundled, like in the browser's
  deps: { alwaysBundle: ['@background-fetch/core'] },
  outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
});
