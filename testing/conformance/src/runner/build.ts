import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type InlineConfig } from 'tsdown';
import { parse } from 'webidl2';
import polyfillConfigs from '../../../../packages/web/tsdown.config.ts';

const require = createRequire(import.meta.url);
const source = fileURLToPath(new URL('..', import.meta.url));
const web = fileURLToPath(new URL('../../../../packages/web', import.meta.url));

/** Where the page finds the polyfill as apps get it. */
const polyfillUrl = '/conformance/polyfill/';

/** A directory with everything that is served below /conformance/. */
export interface Site extends AsyncDisposable {
  readonly directory: string;
}

/** Builds the polyfill by its own configuration, then the page and the workers around it. */
export async function buildSite(): Promise<Site> {
  const directory = await mkdtemp(join(tmpdir(), 'background-fetch-conformance-'));
  const site = {
    directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
  try {
    await buildPolyfill(join(directory, 'polyfill'));
    await buildTests(directory);
    await copyFile(require.resolve('mocha/mocha.js'), join(directory, 'mocha.js'));
    await writeFile(join(directory, 'page.html'), html('mocha.js', 'page.js'));
    await writeFile(join(directory, 'context.html'), html('context.js'));
    await writeFile(join(directory, 'idl.json'), JSON.stringify(await readIdl()));
    return site;
  } catch (error) {
    await site[Symbol.asyncDispose]();
    throw error;
  }
}

const quiet = {
  config: false,
  logLevel: 'warn',
  report: false,
  clean: false,
} as const satisfies InlineConfig;

/** Not packages/web/dist: another build may be writing there. */
async function buildPolyfill(outDir: string): Promise<void> {
  for (const config of polyfillConfigs as InlineConfig[]) {
    await build({ ...config, ...quiet, cwd: web, outDir, dts: false });
  }
}

async function buildTests(outDir: string): Promise<void> {
  const common: InlineConfig = {
    ...quiet,
    outDir,
    cwd: source,
    platform: 'browser',
    target: 'es2022',
    dts: false,
    sourcemap: 'inline',
    deps: { alwaysBundle: [/^(?!background-fetch)/] },
    inputOptions: { resolve: { conditionNames: ['source', 'import', 'browser', 'default'] } },
    plugins: [builtPolyfill],
    outExtensions: () => ({ js: '.js' }),
  };
  await build({
    ...common,
    format: 'esm',
    entry: {
      page: 'page.ts',
      context: 'worker/context.ts',
      'worker-module': 'worker/module.ts',
      'worker-module-integrity': 'worker/module-integrity.ts',
      'worker-module-native': 'worker/module-native.ts',
    },
  });
  await build({
    ...common,
    format: 'iife',
    entry: { 'worker-classic': 'worker/classic.ts' },
    outputOptions: { entryFileNames: '[name].js' },
  });
  await build({
    ...common,
    format: 'iife',
    entry: { 'worker-contracts': 'worker/contracts.ts' },
    outputOptions: { entryFileNames: '[name].js' },
  });
}

/** The page imports what is shipped; only types come from the polyfill's source. */
const builtPolyfill = {
  name: 'built-polyfill',
  resolveId(id: string) {
    const entry = /^background-fetch(?:\/([a-z-]+))?$/.exec(id);
    return entry ? { id: `${polyfillUrl}${entry[1] ?? 'index'}.js`, external: true } : null;
  },
};

function html(...scripts: readonly string[]): string {
  const elements = scripts.map((name) =>
    name === 'mocha.js'
      ? `<script src="/conformance/${name}"></script>`
      : `<script type="module" src="/conformance/${name}"></script>`,
  );
  return `<!doctype html><meta charset="utf-8"><title>Conformance</title><body>${elements.join('')}`;
}

/** The IDL of the specification, parsed. */
async function readIdl(): Promise<unknown> {
  return parse(await readFile(require.resolve('@webref/idl/background-fetch.idl'), 'utf8'));
}
