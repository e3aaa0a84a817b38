import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const root = new URL('../../../../', import.meta.url);

it('names only tests that there are, and at least one in each row', async () => {
  const text = await readFile(new URL('docs/security.md', root), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('| ') && !/^\| (---|attack) /.test(line));
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) expect(row).toMatch(/`(packages|testing)\/[^`]+`|\(reliability\.md#|not tested/);
  const paths = [...text.matchAll(/`((?:packages|testing)\/[^`]+)`/g)].map(([, path]) => path ?? '');
  expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});
