import { parseArgs } from 'node:util';
import type { Findings } from './findings.ts';
import { replay } from './replay.ts';
import { describeHappenings, describeViolations, findTooRare, tabulate } from './report.ts';
import { runSeeds } from './run-seeds.ts';
import { writeSection } from './write-section.ts';

/**
 * Lives through simulated worlds, one for each seed, and ends with a line `N passed, N failed`.
 * `--seeds N` for so many, from `--first` on; `--hours H` for so long; `--seed N` to see one again. `--report` writes what
 * happened into docs/reliability.md.
 */

/** Seeds that fail after which it is known that something is wrong. */
const enough = 100;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10000' },
    first: { type: 'string' },
    seed: { type: 'string' },
    hours: { type: 'string' },
    report: { type: 'boolean', default: false },
  },
});

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new TypeError(`--${name} takes a number, and "${text}" is none`);
}

function print(findings: Findings, seconds: number): void {
  const tooRare = findTooRare(findings);
  console.log(describeHappenings(findings));
  console.log(
    `\n${findings.seeds} seeds in ${seconds.toFixed(1)} s: ${Math.round(findings.seeds / seconds)} each second`,
  );
  if (findings.violations.length > 0) console.log(`\n${describeViolations(findings)}`);
  for (const what of tooRare) console.log(`✗ ${what}`);
  const failed = findings.violations.length + tooRare.length;
  console.log(`\n${findings.seeds - findings.violations.length} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

async function run(): Promise<void> {
  const start = performance.now();
  const hours = values.hours === undefined ? null : numberOf('hours', values.hours);
  // who soaks wants worlds that nobody has seen
  const first = numberOf('first', values.first ?? (hours === null ? '1' : `${Date.now()}`));
  const last = hours === null ? first + numberOf('seeds', values.seeds) - 1 : Number.MAX_SAFE_INTEGER;
  const end = start + (hours ?? Number.POSITIVE_INFINITY) * 3_600_000;
  const goesOn = ({ violations }: Findings): boolean => violations.length < enough && performance.now() < end;
  const findings = await runSeeds({ first, last, goesOn });
  const seconds = (performance.now() - start) / 1000;
  print(findings, seconds);
  if (values.report) await writeSection('simulation', tabulate(findings, seconds));
}

if (values.seed === undefined) await run();
else process.exitCode = (await replay(numberOf('seed', values.seed))) ? 0 : 1;
