import { readFile, writeFile } from 'node:fs/promises';
import type { Outcome } from '../faults/download.ts';
import { expectationOf, type Fault } from '../faults/fault.ts';
import { groups } from '../faults/table/index.ts';
import { type HostName, titleSeparator } from '../protocol.ts';
import type { PassReport } from './pass-report.ts';

export interface HostRun {
  readonly host: HostName;
  readonly version: string;
  readonly report: PassReport;
}

const begin = '<!-- faults: written by npm run faults -- --report -->';
const end = '<!-- /faults -->';
const headline = '# Reliability\n';

const names: Record<HostName, string> = {
  node: 'Node',
  chromium: 'Chromium',
  firefox: 'Firefox',
  webkit: 'WebKit',
};

/** Writes the table between its markers, or at the end of a file that has none. */
export async function writeReport(path: string, runs: readonly HostRun[]): Promise<void> {
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return headline;
    throw error;
  });
  const section = `${begin}\n${tableOf(runs)}${end}`;
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  const after =
    from === -1 || to === -1
      ? `${before.trimEnd()}\n\n${section}\n`
      : before.slice(0, from) + section + before.slice(to + end.length);
  await writeFile(path, after);
}

/** What the table says otherwise than these runs came to; a fault that it does not have, or has no more, is one line. */
export async function findStaleRows(path: string, runs: readonly HostRun[]): Promise<string[]> {
  const written = parseTable(await readFile(path, 'utf8'));
  const stale: string[] = [];
  const seen = new Set<string>();
  for (const { title, faults } of groups) {
    for (const fault of faults) {
      const name = `${title}: ${fault.name}`;
      seen.add(name);
      const row = written.get(name);
      if (!row) stale.push(`${name}: not in the table`);
      for (const run of row ? runs : []) {
        const [says, came] = [row?.get(names[run.host]), withoutNote(cellOf(run, title, fault, []))];
        if (says !== came)
          stale.push(`${name}: ${names[run.host]} came to "${came}", the table says "${says}"`);
      }
    }
  }
  for (const name of written.keys())
    if (!seen.has(name)) stale.push(`${name}: no fault of that name is left`);
  return stale;
}

/** The cells of each fault, by host. */
function parseTable(text: string): Map<string, Map<string, string>> {
  const lines = text.slice(text.indexOf(begin), text.indexOf(end)).split('\n');
  const [head = [], , ...rows] = lines.filter((line) => line.startsWith('|')).map(cellsOf);
  const hosts = head.slice(1).map((cell) => cell.split(' ')[0] ?? '');
  return new Map(
    rows.map(([name = '', ...cells]) => [
      name,
      new Map(cells.map((cell, column) => [hosts[column] ?? '', withoutNote(cell)])),
    ]),
  );
}

function cellsOf(line: string): string[] {
  return line.slice(2, -2).split(' | ');
}

/** Notes are numbered by what stands before them in the table. */
function withoutNote(cell: string): string {
  return cell.replace(/ \(\d+\)$/, '');
}

function tableOf(runs: readonly HostRun[]): string {
  const notes: string[] = [];
  const head = runs.map(({ host, version }) => `${names[host]} ${/\d+(\.\d+)*/.exec(version)?.[0] ?? ''}`);
  const rows = groups.flatMap(({ title, faults }) =>
    faults.map((fault) => {
      const cells = runs.map((run) => cellOf(run, title, fault, notes));
      return `| ${title}: ${fault.name} | ${cells.join(' | ')} |`;
    }),
  );
  const count = groups.reduce((sum, { faults }) => sum + faults.length, 0);
  return [
    '## Faults\n',
    `${count} faults, each brought about by a real server; those of storage by calls that fail. What a background fetch came to: “version N”`,
    'is a success whose SHA-256 is that of version N as the server served it; everything else is a `failureReason`.\n',
    `| fault | ${head.join(' | ')} |`,
    `| --- |${' --- |'.repeat(head.length)}`,
    ...rows,
    '',
    ...notes.map((note, index) => `${index + 1}. ${note}`),
    '',
  ].join('\n');
}

/** What was seen: a behaviour that passed has had the outcome that the table of faults names. */
function cellOf({ host, report }: HostRun, group: string, fault: Fault, notes: string[]): Outcome {
  const title = `${group}${titleSeparator}${fault.name}`;
  const result = report.results.find((one) => one.title === title);
  const expected = expectationOf(fault, host);
  if (!result) return 'not run';
  if (result.outcome === 'failed') return '**not as expected**';
  if (result.outcome === 'not-applicable') return `– ${noted(result.detail, notes)}`;
  if ('notApplicable' in expected) return '**not as expected**';
  return expected.because ? `${expected.outcome} ${noted(expected.because, notes)}` : expected.outcome;
}

function noted(reason: string, notes: string[]): string {
  if (!notes.includes(reason)) notes.push(reason);
  return `(${notes.indexOf(reason) + 1})`;
}
