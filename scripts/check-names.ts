import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// One word means one thing within a package: two files that export the same name are two ideas with one word, or one idea
// that stands twice.

const packages = fileURLToPath(new URL('../packages', import.meta.url));
const declaration =
  /^export (?:declare )?(?:async |abstract )?(?:function\*?|class|interface|type|const|let|enum) (\w+)/gm;

/** The files of the entry points: a page and a service worker are offered the same names. */
function entryPoints(name: string): ReadonlySet<string> {
  const { exports } = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8')) as {
    exports: Record<string, { source?: string } | string>;
  };
  return new Set(
    Object.values(exports).flatMap((entry) =>
      typeof entry === 'object' && entry.source ? [entry.source] : [],
    ),
  );
}

let failures = 0;
for (const name of readdirSync(packages)) {
  const entries = entryPoints(name);
  const filesOf = new Map<string, Set<string>>();
  for (const file of readdirSync(join(packages, name, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || entries.has(`./src/${file}`)) continue;
    for (const [, word = ''] of readFileSync(join(packages, name, 'src', file), 'utf8').matchAll(declaration))
      filesOf.set(word, (filesOf.get(word) ?? new Set()).add(file));
  }
  for (const [word, files] of filesOf) {
    if (files.size < 2) continue;
    console.error(
      `packages/${name}: ${word} is exported by ${[...files].join(' and ')}: give one another name`,
    );
    failures++;
  }
}
process.exitCode = failures === 0 ? 0 : 1;
