import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'tsdown';
import type { Shell } from './built-in.ts';
import type { Catalogue } from './catalogue.ts';
import type { ShellFiles } from './server/shell-files.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = join(root, 'dist');
const workers = ['service-worker', 'service-worker.native'];

/** Bundles pages and service workers, and reads them together with everything in `static/`. */
export async function build(catalogue: Catalogue): Promise<ShellFiles> {
  await rm(output, { recursive: true, force: true });
  const __CATALOGUE__ = JSON.stringify(catalogue);
  await bundleScripts(['page/library', 'page/about'], 'esm', { __CATALOGUE__ });
  const pages = new Map([...(await readFolder(join(root, 'static'))), ...(await readFolder(output))]);
  const artwork = catalogue.items.flatMap(({ files }) => files.filter(({ role }) => role === 'artwork'));
  const __SHELL__ = JSON.stringify(
    describeShell(
      pages,
      artwork.map(({ url }) => url),
    ),
  );
  // One file each: service workers can't load code late, and a classic script works in every engine.
  for (const worker of workers) await bundleScripts([worker], 'iife', { __CATALOGUE__, __SHELL__ });
  return new Map([...pages, ...(await readFolder(output))]);
}

async function bundleScripts(
  entries: readonly string[],
  format: 'esm' | 'iife',
  define: Record<string, string>,
): Promise<void> {
  await bundle({
    config: false,
    cwd: root,
    entry: Object.fromEntries(entries.map((entry) => [entry.replace('page/', ''), `src/${entry}.ts`])),
    outDir: output,
    format,
    define,
    platform: 'browser',
    target: 'es2022',
    minify: true,
    clean: false,
    dts: false,
    sourcemap: false,
    logLevel: 'error',
    deps: { alwaysBundle: /./, onlyBundle: false },
    outExtensions: () => ({ js: '.js' }),
    outputOptions: { entryFileNames: '[name].js' },
    // Packages of this workspace are taken from their sources, so they need no build of their own.
    inputOptions: (options) => ({
      ...options,
      resolve: { ...options.resolve, conditionNames: ['source', 'browser', 'import', 'default'] },
    }),
  });
}

async function readFolder(folder: string): Promise<[path: string, body: Buffer][]> {
  const names = await readdir(folder);
  return Promise.all(
    names.map(async (name) => [`/${name}`, await readFile(join(folder, name))] as [string, Buffer]),
  );
}

function describeShell(pages: ShellFiles, artwork: readonly string[]): Shell {
  const hash = createHash('sha256');
  for (const [path, body] of pages) hash.update(path).update(body);
  const paths = [...pages.keys()].map((path) => (path === '/index.html' ? '/' : path.replace(/\.html$/, '')));
  return { version: hash.digest('hex').slice(0, 12), paths: [...paths, ...artwork] };
}
