import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type InlineConfig } from 'tsdown';
import polyfillConfigs from '../../packages/web/tsdown.config.ts';

const source = fileURLToPath(new URL('.', import.meta.url));
const web = fileURLToPath(new URL('../../packages/web', import.meta.url));

/** A directory with everything that the measured page loads. */
export interface Site extends AsyncDisposable {
  readonly directory: string;
}

const quiet = { config: false, logLevel: 'warn', report: false, clean: false, dts: false } as const;

/** Builds the polyfill by its own configuration, then the page and the worker around it. */
export async function buildSite(controlScript: string): Promise<Site> {
  const directory = await mkdtemp(join(tmpdir(), 'background-fetch-benchmarks-'));
  const site = { directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
  try {
    // not packages/web/dist: another build may be writing there
    for (const config of polyfillConfigs as InlineConfig[]) {
      await build({ ...config, ...quiet, cwd: web, outDir: join(directory, 'polyfill') });
    }
    await buildPage(directory);
    await writeFile(
      join(directory, 'page.html'),
      `<!doctype html><meta charset="utf-8"><title>Benchmark</title><script src="${controlScript}"></script>`,
    );
    return site;
  } catch (error) {
    await site[Symbol.asyncDispose]();
    throw error;
  }
}

async function buildPage(directory: string): Promise<void> {
  for (const [name, entry] of [
    ['measure', 'page/measure.ts'],
    ['service-worker', 'service-worker.ts'],
    ['load', 'page/load.ts'],
    ['reading', 'page/reading.ts'],
    ['load-worker', 'load-worker.ts'],
  ] as const) {
    await build({
      ...quiet,
      cwd: source,
      outDir: directory,
      platform: 'browser',
      target: 'es2022',
      format: 'esm',
      entry: { [name]: entry },
      plugins: [builtPolyfill],
      outExtensions: () => ({ js: '.js' }),
    });
  }
}

/** The page imports what is shipped; only types come from the polyfill's source. */
const builtPolyfill = {
  name: 'built-polyfill',
  resolveId(id: string) {
    const entry = /^background-fetch\/([a-z-]+)$/.exec(id);
    return entry ? { id: `/polyfill/${entry[1]}.js`, external: true } : null;
  },
};
