import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// A surprise of an engine or a runtime stands once, in docs/discoveries.md, and the code that works around it links there. So
// every link from code into docs/ has to lead somewhere, and every entry has to name the files that link to it, and no others.

const root = fileURLToPath(new URL('..', import.meta.url));
const discoveries = 'docs/discoveries.md';

/** A link in a comment, such as `docs/durability.md#how`. */
const linkInCode = /docs\/[\w-]+\.md(?:#[\w-]+)?/g;
/** A link of an entry to the source of a package. */
const linkToCode = /\]\(\.\.\/(packages\/[^)]+\.ts)\)/g;

/** By link, the source files of the packages that have it. */
function linksOfPackages(): ReadonlyMap<string, ReadonlySet<string>> {
  const filesOf = new Map<string, Set<string>>();
  for (const name of readdirSync(join(root, 'packages'))) {
    const source = `packages/${name}/src`;
    if (!existsSync(join(root, source))) continue;
    for (const entry of readdirSync(join(root, source), { recursive: true, encoding: 'utf8' })) {
      if (!entry.endsWith('.ts')) continue;
      const file = `${source}/${entry.replaceAll('\\', '/')}`;
      for (const [link] of readFileSync(join(root, file), 'utf8').matchAll(linkInCode))
        filesOf.set(link, (filesOf.get(link) ?? new Set()).add(file));
    }
  }
  return filesOf;
}

/** The sections of a document by their anchors, as GitHub makes them of headings. A section ends at the next heading. */
function sectionsOf(
  document: string,
): ReadonlyMap<string, { readonly level: number; readonly text: string }> {
  const sections = new Map<string, { level: number; text: string }>();
  const parts = document.split(/^(#+) (.*)$/m);
  for (let i = 1; i < parts.length; i += 3) {
    const [marks = '', heading = '', text = ''] = parts.slice(i, i + 3);
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    sections.set(anchor, { level: marks.length, text });
  }
  return sections;
}

function findDeadLinks(links: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  return [...links].flatMap(([link, files]) => {
    const [document = '', anchor] = link.split('#');
    const path = join(root, document);
    const isThere =
      existsSync(path) && (anchor === undefined || sectionsOf(readFileSync(path, 'utf8')).has(anchor));
    return isThere ? [] : [...files].map((file) => `${file}: ${link} leads nowhere`);
  });
}

/** An entry is a heading of the third level: those of the second are about whom it is. */
function findWrongEntries(links: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const entries = [...sectionsOf(readFileSync(join(root, discoveries), 'utf8'))];
  return entries.flatMap(([anchor, { level, text }]) => {
    if (level !== 3) return [];
    const where = `${discoveries}#${anchor}`;
    const linking = links.get(where) ?? new Set();
    const named = new Set([...text.matchAll(linkToCode)].map(([, file = '']) => file));
    if (linking.size === 0) return [`${where}: no source file links to it`];
    return [
      ...[...named]
        .filter((file) => !linking.has(file))
        .map((file) => `${where}: ${file} does not link to it`),
      ...[...linking].filter((file) => !named.has(file)).map((file) => `${where}: does not name ${file}`),
    ];
  });
}

/** What is wrong with the links between the sources of the packages and docs/, a sentence each; empty if nothing is. */
export function checkDiscoveries(): string[] {
  const links = linksOfPackages();
  return [...findDeadLinks(links), ...findWrongEntries(links)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const faults = checkDiscoveries();
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
