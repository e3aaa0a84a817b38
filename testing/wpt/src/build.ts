import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsdown';

const names = ['page', 'service-worker', 'testharnessreport', 'testdriver-vendor'] as const;

/** The text of each classic script in `injected/`. */
export type Scripts = Readonly<Record<(typeof names)[number], string>>;

/** Bundles what is put into the suite's pages and workers; the polyfill among it is today's source. */
export async function buildScripts(): Promise<Scripts> {
  const outDir = await mkdtemp(join(tmpdir(), 'background-fetch-wpt-'));
  try {
    for (const name of names) {
      await build({
        config: false,
        logLevel: 'warn',
        report: false,
        clean: false,
        dts: false,
        outDir,
        cwd: fileURLToPath(new URL('injected', import.meta.url)),
        entry: { [name]: `${name}.ts` },
        format: 'iife',
        platform: 'browser',
        target: 'es2022',
        deps: { alwaysBundle: [/.*/] },
        inputOptions: { resolve: { conditionNames: ['source', 'import', 'browser', 'default'] } },
        outputOptions: { entryFileNames: '[name].js' },
      });
    }
    const texts = names.map(async (name) => [name, await readFile(join(outDir, `${name}.js`), 'utf8')]);
    return Object.fromEntries(await Promise.all(texts)) as Scripts;
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}
