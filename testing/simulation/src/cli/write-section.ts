import { readFile, writeFile } from 'node:fs/promises';

const path = new URL('../../../../docs/reliability.md', import.meta.url);

/**
 * Writes what a command found into docs/reliability.md, between the two comments that name it.
 * @throws if they are not there
 */
export async function writeSection(name: string, text: string): Promise<void> {
  const before = await readFile(path, 'utf8');
  const begin = before.indexOf(`<!-- ${name}:`);
  const from = before.indexOf('-->\n', begin) + '-->\n'.length;
  const to = before.indexOf(`<!-- /${name} -->`, from);
  if (begin < 0 || to < 0) throw new Error(`docs/reliability.md has no comments around "${name}"`);
  await writeFile(path, before.slice(0, from) + text + before.slice(to));
}
