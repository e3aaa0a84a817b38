import { defineConfig } from 'tsdown';

// What a page or a worker loads comes whole: nothing else has to be found at run time.
const bundled = {
  platform: 'browser' as const,
  target: 'es2022',
  minify: true,
  deps: { alwaysBundle: [/.*/] },
  inputOptions: { resolve: { conditionNames: ['source', 'import', 'browser', 'default'] } },
};

export default defineConfig([
  {
    ...bundled,
    entry: {
      index: 'src/index.ts',
      ponyfill: 'src/ponyfill.ts',
      'service-worker': 'src/service-worker.ts',
      integrity: 'src/integrity.ts',
    },
    format: 'esm',
    dts: { eager: true },
    outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
  },
  {
    ...bundled,
    entry: { 'background-fetch.sw': 'src/service-worker.ts' },
    format: 'iife',
    globalName: 'backgroundFetchPolyfill',
    clean: false,
    dts: false,
    outputOptions: { entryFileNames: '[name].js' },
  },
  {
    ...bundled,
    entry: { 'background-fetch.integrity': 'src/integrity.ts' },
    format: 'iife',
    clean: false,
    dts: false,
    outputOptions: { entryFileNames: '[name].js' },
  },
]);
