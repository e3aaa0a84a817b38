import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Mutant, pathOf, requireText } from '../mutants/mutant.ts';
import { mutants } from '../mutants/mutants.ts';
import { runSeeds } from './run-seeds.ts';
import { writeSection } from './write-section.ts';

/**
 * Breaks the core in many ways, one at a time, and shows by which invariant, and with which seed, each is caught.
 * `--only TEXT` for those whose name has it; `--report` writes the table into docs/reliability.md. Ends with a line
 * `N passed, N failed`.
 */

/** Seeds in which a mutant has to be caught. */
const most = 10_000;

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, report: { type: 'boolean', default: false } },
});
const loader = fileURLToPath(new URL('../mutants/load-mutant.mjs', import.meta.url));

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
  const chosen = mutants.filter(({ name }) => name.includes(values.only));
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
  if (values.report) await writeSection('mutants', `${chosen.length} mutants in ${seconds} s.\n\n${table}`);
  console.log(`\n${chosen.length - survivors} passed, ${survivors} failed`);
  process.exitCode = survivors === 0 ? 0 : 1;
}

await run();
