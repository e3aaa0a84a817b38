import { defineConfig } from 'tsdown';

export default defineConfig({
  platform: 'node',
  target: 'node20',
  // Node starts CommonJS faster: with modules, help would take 1.45 times as long as an empty script, not 1.25
  entry: { cli: 'src/command/main.ts' },
  format: 'cjs',
  // string-width: a module that CommonJS would have to load with `require`, which gives another object for it than `import`
  // does; valibot: loading all of it takes 10 ms of each start of the daemon, and a tenth of it is used
  deps: { alwaysBundle: ['@background-fetch/common', 'string-width', 'valibot'] },
  dts: false,
  outExtensions: () => ({ js: '.cjs' }),
  // what other parts share with the command line is a part, too: none may need the one that is just starting
  outputOptions: {
    codeSplitting: {
      groups: [
        {
          name: 'options',
          test: /src[\\/]command[\\/](exit-codes|parse-values|printable|version)\.ts$|unsafe-characters\.ts$|package\.json$/,
        },
      ],
    },
  },
});
