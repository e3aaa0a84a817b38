import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const packages = fileURLToPath(new URL('../packages', import.meta.url));
const command = join(packages, 'cli/dist/cli.cjs');
const sources = [
  'core/src',
  'common/src',
  ...['node', 'cli'].flatMap((name) => [`${name}/src`, `${name}/package.json`, `${name}/tsdown.config.ts`]),
];

/**
 * Builds the command `bgfetch` unless it is as new as its sources: the unit tests run what is published, which starts in
 * a quarter of the time that its sources take.
 */
export async function setup(): Promise<void> {
  const built = await stat(command).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  const changed = await Promise.all(sources.map((source) => lastChange(join(packages, source))));
  if (built > Math.max(...changed)) return;
  // each has in it, or runs, what was built of the one before
  for (const name of ['core', 'node', 'cli']) {
    await promisify(execFile)('npm', ['run', '--silent', 'build'], { cwd: join(packages, name) });
  }
}

/** When the latest file at this path or below it was written, in ms. */
async function lastChange(path: string): Promise<number> {
  const found = await stat(path);
  if (!found.isDirectory()) return found.mtimeMs;
  const names = await readdir(path);
  return Math.max(found.mtimeMs, ...(await Promise.all(names.map((name) => lastChange(join(path, name))))));
}
