import { createCommand, positiveNumber, wholeNumber } from '@background-fetch/testing-command-line';
import { InvalidArgumentError } from 'commander';
import { invariants } from '../invariants/index.ts';
import type { Findings } from './findings.ts';
import { replay } from './replay.ts';
import { describeHappenings, describeViolations, findTooRare, tabulate } from './report.ts';
import { runSeeds } from './run-seeds.ts';
import { writeSection } from './write-section.ts';

/** Seeds that fail after which it is known that something is wrong. */
const enough = 100;

interface Options {
  readonly seeds: number;
  readonly first?: number;
  readonly hours?: number;
  readonly seed?: number;
  readonly failures: number;
  readonly invariant?: string;
  readonly report?: boolean;
}

const options = createCommand(
  'npm run simulate --',
  'Lives through simulated worlds, one for each seed, and ends with a line "N passed, N failed".',
)
  .option('--seeds <n>', 'worlds to live through', wholeNumber(1), 10_000)
  .option('--first <n>', 'the first seed (default: 1; with --hours, one that is new)', wholeNumber(0))
  .option('--hours <n>', 'go on for so many hours, instead of --seeds', positiveNumber)
  .option('--seed <n>', 'live through this world alone, and print what happens in it', wholeNumber(0))
  .option('--failures <n>', 'seeds that may fail before it ends', wholeNumber(1), enough)
  .option('--invariant <name>', 'watch this one alone (default: all)', parseInvariant)
  .option('--report', 'write what happened into docs/reliability.md')
  .parse()
  .opts<Options>();

function parseInvariant(name: string): string {
  if (invariants.some((invariant) => invariant.name === name)) return name;
  throw new InvalidArgumentError('There is none of this name: see testing/simulation/src/invariants.');
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
  const { hours, failures, invariant: only } = options;
  // who soaks wants worlds that nobody has seen
  const first = options.first ?? (hours === undefined ? 1 : Date.now());
  const last = hours === undefined ? first + options.seeds - 1 : Number.MAX_SAFE_INTEGER;
  const end = start + (hours ?? Number.POSITIVE_INFINITY) * 3_600_000;
  const goesOn = ({ violations }: Findings): boolean =>
    violations.length < failures && performance.now() < end;
  const findings = await runSeeds({ first, last, goesOn, only });
  const seconds = (performance.now() - start) / 1000;
  print(findings, seconds);
  if (options.report) await writeSection('simulation', tabulate(findings, seconds));
}

if (options.seed === undefined) await run();
else process.exitCode = (await replay(options.seed, options.invariant)) ? 0 : 1;
