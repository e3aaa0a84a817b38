import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A page that runs subtests. */
export interface TestPage {
  /** its path below background-fetch/, with its query */
  readonly name: string;
  readonly secure: boolean;
}

/** What the suite's server makes of `x.any.js` for each global that the file names. */
const pagesByGlobal: Readonly<Record<string, readonly string[]>> = {
  window: ['html'],
  dedicatedworker: ['worker.html'],
  sharedworker: ['sharedworker.html'],
  serviceworker: ['serviceworker.html'],
  worker: ['worker.html', 'sharedworker.html', 'serviceworker.html'],
  'dedicatedworker-module': ['worker-module.html'],
  'sharedworker-module': ['sharedworker-module.html'],
  'serviceworker-module': ['serviceworker-module.html'],
};

/** The test pages of a directory of the suite, as its server serves them, by the suite's rules for file names. */
export async function listPages(directory: string): Promise<TestPage[]> {
  const files = await readdir(directory, { recursive: true });
  const pages = await Promise.all(files.map((file) => pagesOf(directory, file)));
  return pages.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function pagesOf(directory: string, file: string): Promise<TestPage[]> {
  const [, base, kind] = /^(.+)\.(any\.js|window\.js|worker\.js|html?)$/.exec(file) ?? [];
  if (!base || !kind || /(^|\/)(resources|support)\//.test(file)) return [];
  const text = await readFile(join(directory, file), 'utf8');
  if (kind.startsWith('htm') && !text.includes('testharness.js')) return [];
  return namesOf(base, kind, text, file).flatMap((name) =>
    variantsOf(text).map((variant) => ({
      name: `${name}${variant}`,
      secure: /\.(https|serviceworker|serviceworker-module)\./.test(name),
    })),
  );
}

function namesOf(base: string, kind: string, text: string, file: string): readonly string[] {
  if (kind === 'window.js') return [`${base}.window.html`];
  if (kind === 'worker.js') return [`${base}.worker.html`];
  if (kind !== 'any.js') return [file];
  const globals = metaOf(text, 'global')[0] ?? 'window,dedicatedworker';
  return globals.split(',').flatMap((global) => {
    const pages = pagesByGlobal[global.trim()];
    if (!pages) throw new Error(`${file} is for the global ${global}, which is not known here`);
    return pages.map((page) => `${base}.any.${page}`);
  });
}

function variantsOf(text: string): readonly string[] {
  const variants = [
    ...metaOf(text, 'variant'),
    ...[...text.matchAll(/<meta\s+name=["']?variant["']?\s+content=["']([^"']*)["']/g)].map(
      ([, content]) => content as string,
    ),
  ];
  return variants.length > 0 ? variants : [''];
}

function metaOf(text: string, key: string): string[] {
  return [...text.matchAll(/^\/\/\s*META:\s*(\w+)=(.*)$/gm)]
    .filter(([, name]) => name === key)
    .map(([, , value]) => (value as string).trim());
}
