import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** Prints what each entry weighs, with everything it imports, minified and compressed; fails above its limit. */

const dist = fileURLToPath(new URL('../packages/web/dist/', import.meta.url));
const kilobyte = 1000;

const limits: Record<string, number> = {
  'index.js': 8 * kilobyte,
  'ponyfill.js': 8 * kilobyte,
  'service-worker.js': 14 * kilobyte,
  'background-fetch.sw.js': 14 * kilobyte,
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
for (const [entry, limit] of Object.entries(limits)) {
  const files = [...collect(join(dist, entry))];
  const size = files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0);
  const verdict = size <= limit ? 'ok' : 'TOO LARGE';
  failed ||= size > limit;
  console.log(`${entry.padEnd(24)} ${String(size).padStart(6)} of ${limit} bytes min+gzip  ${verdict}`);
}
if (failed) process.exitCode = 1;
