import { defineConfig } from 'tsdown';

// What a page or a worker loads comes whole: nothing else has to be found at run time.
const bundled = {
  platform: 'browser' as const,
  target: 'es2022',
  minify: true,
  // what a developer sees of it has its own names
  sourcemap: true,
  clean: false,
  deps: { alwaysBundle: [/.*/], onlyBundle: false as const },
  inputOptions: {
    resolve: { conditionNames: ['source', 'import', 'browser', 'default'] },
  },
};

const module = {
  ...bundled,
  format: 'esm' as const,
  dts: { eager: true },
  outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
};

const script = {
  ...bundled,
  format: 'iife' as const,
  dts: false,
  outputOptions: { entryFileNames: '[name].js' },
};

/** `index.js` imports `ponyfill.js`: a page that uses both has one of each thing. */
const builtPonyfill = {
  name: 'built-ponyfill',
  resolveId: (id: string) => (id === './ponyfill.ts' ? { id: './ponyfill.js', external: true } : null),
};

// the bundler of declarations drops the reference
const globals = (file: string) => ({ dts: `/// <reference path="../${file}" />` });

export default defineConfig([
  { ...module, entry: { index: 'src/index.ts' }, banner: globals('globals.d.ts'), plugins: [builtPonyfill] },
  { ...module, entry: { ponyfill: 'src/ponyfill.ts' }, banner: globals('globals.d.ts') },
  {
    ...module,
    entry: { 'service-worker': 'src/service-worker.ts' },
    banner: globals('service-worker-globals.d.ts'),
  },
  { ...module, entry: { integrity: 'src/integrity.ts' } },
  {
    ...script,
    entry: { 'background-fetch.sw': 'src/service-worker.ts' },
    globalName: 'backgroundFetchPolyfill',
  },
  { ...script, entry: { 'background-fetch.integrity': 'src/integrity.ts' } },
]);
