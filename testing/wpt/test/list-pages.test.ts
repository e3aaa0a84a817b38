import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listPages } from '../src/suite/list-pages.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'background-fetch-wpt-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function pagesOf(files: Record<string, string>): Promise<string[]> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  return (await listPages(directory)).map(({ name, secure }) => `${secure ? 'https' : 'http'} ${name}`);
}

it('is the pages that the server of the suite makes of the scripts', async () => {
  expect(
    await pagesOf({
      'a.https.window.js': '',
      'b.any.js': '// META: global=window,worker\n// META: timeout=long\n',
      'c.any.js': '',
      'deep/d.worker.js': '',
    }),
  ).toEqual([
    'https a.https.window.html',
    'http b.any.html',
    'https b.any.serviceworker.html',
    'http b.any.sharedworker.html',
    'http b.any.worker.html',
    'http c.any.html',
    'http c.any.worker.html',
    'http deep/d.worker.html',
  ]);
});

it('is the pages that are written as such, and nothing that only serves them', async () => {
  expect(
    await pagesOf({
      'a.https.html': '<script src="/resources/testharness.js"></script>',
      'frame.html': '<p>in a frame</p>',
      'resources/b.https.html': '<script src="/resources/testharness.js"></script>',
      'service_workers/sw.js': '',
      'META.yml': '',
    }),
  ).toEqual(['https a.https.html']);
});

it('is a page for each variant', async () => {
  expect(
    await pagesOf({
      'a.https.window.js': '// META: variant=?1-10\n// META: variant=?11-last\n',
      'b.html': '<meta name="variant" content="?x"><script src="/resources/testharness.js"></script>',
    }),
  ).toEqual(['https a.https.window.html?1-10', 'https a.https.window.html?11-last', 'http b.html?x']);
});

it('refuses a global that it does not know', async () => {
  await expect(pagesOf({ 'a.any.js': '// META: global=window,moon\n' })).rejects.toThrow('the global moon');
});
