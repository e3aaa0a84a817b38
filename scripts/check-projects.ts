import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

// `tsc -b` checks the projects of tsconfig.json and what they refer to: a file that none of them lists, nobody checks.

const root = fileURLToPath(new URL('..', import.meta.url));

interface Project {
  readonly files: readonly string[];
  readonly references: readonly string[];
}

function readProject(path: string): Project {
  const { config, error } = ts.readConfigFile(path, ts.sys.readFile);
  if (error) throw new Error(`${path}: ${ts.flattenDiagnosticMessageText(error.messageText, '\n')}`);
  const { fileNames, projectReferences = [] } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(path));
  return { files: fileNames, references: projectReferences.map((reference) => reference.path) };
}

/** Every file that is listed by the project of a folder, or by one that it refers to. */
function listFiles(folder: string, seen = new Map<string, readonly string[]>()): ReadonlySet<string> {
  if (!seen.has(folder)) {
    const { files, references } = readProject(join(folder, 'tsconfig.json'));
    seen.set(folder, files);
    for (const reference of references) listFiles(reference, seen);
  }
  return new Set([...seen.values()].flat());
}

/** Apps that are compiled against what was built have projects of their own: see `scripts/test.ts`. */
const isOfApp = (path: string): boolean => /^packages\/[^/]+\/test\/types\//.test(path);
const isBuildSettings = (path: string): boolean => /(^|\/)(tsdown|vitest)\.config\.ts$/.test(path);

const checked = listFiles(join(root, '.'));
const unchecked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && !isOfApp(path) && !isBuildSettings(path))
  .filter((path) => !checked.has(join(root, path)) && ts.sys.fileExists(join(root, path)));

for (const path of unchecked) {
  console.error(`${path} is in no project that "tsc -b" checks: add its folder to tsconfig.json`);
}
console.log(`${checked.size} files are type-checked`);
process.exitCode = unchecked.length === 0 ? 0 : 1;
