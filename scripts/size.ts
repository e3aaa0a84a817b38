import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { createCommand } from '@background-fetch/testing-command-line';

createCommand(
  'npm run size --',
  'Prints what each entry weighs, with everything it imports, minified and compressed; and how that differs from what is recorded; fails 2 % above.',
).parse();

const dist = fileURLToPath(new URL('../packages/web/dist/', import.meta.url));
/** bytes, minified and compressed: what each entry weighed when that was last recorded, with what made it grow */
const recorded: Readonly<Record<string, number>> = {
  'index.js': 15_501,
  'ponyfill.js': 15_396,
  'service-worker.js': 38_834,
  'background-fetch.sw.js': 38_843,
};

/** An entry may be so much heavier than recorded: no change fails for the few bytes of its own. */
const tolerance = 1.02;

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
for (const [entry, before] of Object.entries(recorded)) {
  const files = [...collect(join(dist, entry))];
  const size = files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0);
  const limit = Math.floor(before * tolerance);
  const difference = `${size < before ? '−' : '+'}${Math.abs(size - before)}`;
  failed ||= size > limit;
  const verdict = size > limit ? `TOO LARGE, at most ${limit}: see CONTRIBUTING.md` : 'ok';
  console.log(`${entry.padEnd(24)} ${size} bytes min+gzip, ${difference} since recorded: ${verdict}`);
}
if (failed) process.exitCode = 1;
