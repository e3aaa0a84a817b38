import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { createCommand } from '@background-fetch/testing-command-line';

createCommand(
  'npm run size --',
  'Prints what each entry weighs, with everything it imports, minified and compressed; fails above its limit.',
).parse();

const dist = fileURLToPath(new URL('../packages/web/dist/', import.meta.url));
const kilobyte = 1000;

/** `limit` is what fails a change; `target` is where it should be. */
const entries: Record<string, { readonly limit: number; readonly target: number }> = {
  'index.js': { limit: 15.3 * kilobyte, target: 8 * kilobyte },
  'ponyfill.js': { limit: 15.2 * kilobyte, target: 8 * kilobyte },
  'service-worker.js': { limit: 38.1 * kilobyte, target: 14 * kilobyte },
  'background-fetch.sw.js': { limit: 38.1 * kilobyte, target: 14 * kilobyte },
};

/** The file and the chunks it imports. */
function collect(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, imported] of readFileSync(file, 'utf8').matchAll(
    /(?:from|import)\s*["'`](\.[^"'`]+)["'`]/g,
  )) {
    if (imported) collect(join(dirname(file), imported), found);
  }
  return found;
}

let failed = false;
for (const [entry, { limit, target }] of Object.entries(entries)) {
  const files = [...collect(join(dist, entry))];
  const size = files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0);
  failed ||= size > limit;
  const verdict = size > limit ? 'TOO LARGE' : size > target ? `above the target of ${target}` : 'ok';
  console.log(`${entry.padEnd(24)} ${String(size).padStart(6)} bytes min+gzip, limit ${limit}: ${verdict}`);
}
if (failed) process.exitCode = 1;
