import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { createCommand } from '@background-fetch/testing-command-line';

type Support = { version_added: string | boolean | null } | { version_added: string | boolean | null }[];

interface Tested {
  readonly engine: string;
  readonly version: string;
  readonly storage: string;
  readonly result: string;
}

const { check } = createCommand(
  'npm run support-table --',
  'Writes the support table of the README: what browsers ship, from @mdn/browser-compat-data, beside what our suites ' +
    'ran in, from docs/engines-tested.json.',
)
  .option('--check', 'write nothing, and fail if the table is not what would be written')
  .parse()
  .opts<{ readonly check?: boolean }>();

const readme = fileURLToPath(new URL('../README.md', import.meta.url));
const data = createRequire(import.meta.url)('@mdn/browser-compat-data') as {
  api: { BackgroundFetchManager: { __compat: { support: Record<string, Support> } } };
};
const { support } = data.api.BackgroundFetchManager.__compat;

const browsers: readonly [name: string, key: string, engine: string][] = [
  ['Chrome', 'chrome', 'chromium'],
  ['Chrome for Android', 'chrome_android', 'chromium'],
  ['Edge', 'edge', 'chromium'],
  ['Firefox', 'firefox', 'firefox'],
  ['Firefox for Android', 'firefox_android', 'firefox'],
  ['Safari', 'safari', 'webkit'],
  ['Safari on iOS', 'safari_ios', 'webkit'],
];

function describeNative(key: string): string {
  const entry = support[key];
  const { version_added: added } = (Array.isArray(entry) ? entry[0] : entry) ?? { version_added: null };
  return typeof added === 'string' ? `since ${added}` : 'no';
}

function describeOurs(engine: string, tested: readonly Tested[]): string {
  const runs = tested.filter((run) => run.engine === engine);
  return runs.map(({ version, storage, result }) => `${version} (${storage}): ${result}`).join('; ');
}

const tested = JSON.parse(
  readFileSync(new URL('../docs/engines-tested.json', import.meta.url), 'utf8'),
) as readonly Tested[];
const rows = browsers.map(
  ([name, key, engine]) => `| ${name} | ${describeNative(key)} | ${describeOurs(engine, tested)} |`,
);
const table = [
  '| browser | native API | this package, where our suites ran |',
  '|---|---|---|',
  ...rows,
].join('\n');
const current = readFileSync(readme, 'utf8');
const next = current.replace(
  /(<!-- support table -->\n)[\s\S]*?(<!-- \/support table -->)/,
  (_, open, close) => `${open}${table}\n${close}`,
);
if (!check) writeFileSync(readme, next);
else if (next !== current) {
  console.error('The support table of the README is out of date: run npm run support-table');
  process.exitCode = 1;
}
