import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createCommand } from '@background-fetch/testing-command-line';
import { InvalidArgumentError } from 'commander';
import { type Mutant, pathOf, requireText } from '../mutants/mutant.ts';
import { mutants } from '../mutants/mutants.ts';
import { runSeeds } from './run-seeds.ts';
import { writeSection } from './write-section.ts';

/** Seeds in which a mutant has to be caught. */
const most = 10_000;

const options = createCommand(
  'npm run simulate:mutants --',
  'Breaks the core in many ways, one at a time, and shows by which invariant, and with which seed, each is caught. ' +
    'Ends with a line "N passed, N failed".',
)
  .option('--only <text>', 'only the mutants whose name contains it (default: all)', parseOnly)
  .option('--report', 'write the table into docs/reliability.md')
  .parse()
  .opts<{ readonly only?: string; readonly report?: boolean }>();
const loader = fileURLToPath(new URL('../mutants/load-mutant.mjs', import.meta.url));

function parseOnly(text: string): string {
  if (mutants.some(({ name }) => name.includes(text))) return text;
  throw new InvalidArgumentError("No mutant's name contains it: see testing/simulation/src/mutants.");
}

/** A line of the table: what was broken, what caught it, and where. */
async function hunt(mutant: Mutant): Promise<{ readonly row: string; readonly caught: boolean }> {
  const data = { path: pathOf(mutant), from: mutant.from, to: mutant.to };
  const { violations } = await runSeeds({
    first: 1,
    last: most,
    processes: 1,
    untilViolation: true,
    execArgv: ['--import', loader],
    env: { SIMULATION_MUTANT: JSON.stringify(data) },
  });
  const found = violations[0];
  const row = `| ${mutant.name} | ${found?.invariant ?? '**survives**'} | ${found?.seed ?? '–'} |`;
  return { row, caught: found !== undefined };
}

async function run(): Promise<void> {
  for (const mutant of mutants) requireText(mutant);
  const chosen = mutants.filter(({ name }) => name.includes(options.only ?? ''));
  const waiting = [...chosen.entries()];
  const rows: string[] = [];
  let survivors = 0;
  const start = performance.now();
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [place, mutant] = next;
      const { row, caught } = await hunt(mutant);
      rows[place] = row;
      console.error(row);
      if (!caught) survivors++;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  const seconds = Math.round((performance.now() - start) / 1000);
  const table = `| broken | caught by | seed |\n| --- | --- | ---: |\n${rows.join('\n')}\n`;
  console.log(`${table}\n${chosen.length} mutants in ${seconds} s`);
  if (options.report) await writeSection('mutants', `${chosen.length} mutants in ${seconds} s.\n\n${table}`);
  console.log(`\n${chosen.length - survivors} passed, ${survivors} failed`);
  process.exitCode = survivors === 0 ? 0 : 1;
}

await run();
