import { defineConfig, type UserConfig } from 'tsdown';

const common: UserConfig = {
  platform: 'node',
  target: 'node20',
  // the core is private to the packages that are published: it is bundled, like in the browser's
  deps: { alwaysBundle: ['@background-fetch/core'] },
};

export default defineConfig([
  {
    ...common,
    entry: 'src/index.ts',
    format: 'esm',
    dts: true,
    outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
  },
  {
    ...common,
    // Node starts CommonJS faster: with modules, help would take 1.45 times as long as an empty script, not 1.25
    entry: { cli: 'src/cli/main.ts' },
    format: 'cjs',
    // string-width: a module that CommonJS would have to load with `require`, which gives another object for it than `import`
    // does; valibot: loading all of it takes 10 ms of each start of the daemon, and a tenth of it is used
    deps: { alwaysBundle: ['@background-fetch/core', 'string-width', 'valibot'] },
    dts: false,
    clean: false,
    outExtensions: () => ({ js: '.cjs' }),
    // what other parts share with the command line is a part, too: none may need the one that is just starting
    outputOptions: {
      codeSplitting: {
        groups: [
          { name: 'options', test: /src[\\/]cli[\\/](exit-codes|parse-values|version)\.ts$|package\.json$/ },
        ],
      },
    },
  },
]);
