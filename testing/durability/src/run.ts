import { type BrowserName, browserNames, findBrowsers } from '@background-fetch/testing-browsers';
import { createCommand, wholeNumber } from '@background-fetch/testing-command-line';
import { seededRandom } from '@background-fetch/testing-simulation';
import { InvalidArgumentError, Option } from 'commander';
import { keepCoresBusy } from './keep-cores-busy.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { seedOption } from './seed-option.ts';

export interface Selection {
  readonly engines: readonly BrowserName[];
  readonly scenarios: readonly Scenario[];
  readonly rounds: number;
  readonly seed: string;
  /** How often each scenario is run. */
  readonly repeat: number;
  /** Whether every core has something else to do meanwhile. */
  readonly busy: boolean;
}

/** Runs every scenario in every engine, the engines side by side, and prints a line for each. Resolves with the exit code. */
export async function runAll(selection: Selection): Promise<number> {
  const { engines, scenarios, rounds, seed, repeat, busy } = selection;
  console.log(`seed ${seed}, ${rounds} rounds${repeat > 1 ? `, ${repeat} times` : ''}`);
  const found = await findBrowsers();
  const load = busy ? keepCoresBusy() : undefined;
  let passed = 0;
  let failed = 0;
  const runOne = async (engine: BrowserName, scenario: Scenario, turn: number): Promise<void> => {
    const of = turn === 1 ? '' : `/${turn}`;
    const random = seededRandom(`${seed}/${engine}/${scenario.name}${of}`);
    const begin = performance.now();
    const name = repeat === 1 ? scenario.name : `${scenario.name}, ${turn} of ${repeat}`;
    const line = (mark: string): string =>
      `${mark} ${engine}: ${name} (${((performance.now() - begin) / 1000).toFixed(1)} s)`;
    try {
      const figures = await scenario.run({ engine, random, rounds });
      passed++;
      console.log(`${line('✓')} ${figures}`);
    } catch (error) {
      failed++;
      console.log(line('✗'));
      console.error(error);
    }
  };
  const runEngine = async (engine: BrowserName): Promise<void> => {
    const { [engine]: state } = found;
    if (!state.present) {
      console.log(`- ${engine}: not run. ${state.hint}`);
      return;
    }
    for (const scenario of scenarios) {
      if (!(scenario.engines?.includes(engine) ?? true)) continue;
      for (let turn = 1; turn <= repeat; turn++) await runOne(engine, scenario, turn);
    }
  };
  await Promise.all(engines.map(runEngine)).finally(() => load?.end());
  console.log(`${passed} passed, ${failed} failed`);
  // nothing that ran is no success
  return failed === 0 && passed > 0 ? 0 : 1;
}

/** What the command line asks for. */
export function readSelection(call: string, description: string, all: readonly Scenario[]): Selection {
  const { engine, only, rounds, seed, repeat, busy } = createCommand(call, description)
    .addOption(
      new Option('--engine <name...>', 'only these engines')
        .choices(browserNames)
        .default(browserNames, 'all'),
    )
    .option('--only <text...>', 'only the scenarios whose name contains it (default: all)', collectParts(all))
    .option('--rounds <n>', 'kills in the scenarios that kill at random points', wholeNumber(1), 10)
    .addOption(seedOption())
    .option('--repeat <n>', 'how often each scenario is run, each time with another seed', wholeNumber(1), 1)
    .option('--busy', 'keep every core busy beside it', false)
    .parse()
    .opts<{
      readonly engine: readonly BrowserName[];
      readonly only?: readonly string[];
      readonly rounds: number;
      readonly seed: string;
      readonly repeat: number;
      readonly busy: boolean;
    }>();
  const engines = browserNames.filter((name) => engine.includes(name));
  const scenarios = all.filter(({ name }) => only?.some((part) => name.includes(part)) ?? true);
  return { engines, scenarios, rounds, seed, repeat, busy };
}

function collectParts(all: readonly Scenario[]) {
  return (text: string, before: readonly string[] = []): readonly string[] => {
    if (all.some(({ name }) => name.includes(text))) return [...before, text];
    throw new InvalidArgumentError(`There are: ${all.map(({ name }) => name).join('; ')}.`);
  };
}

if (import.meta.filename === process.argv[1]) {
  const description = 'Kills browsers, closes tabs and replaces workers in the middle of downloads.';
  process.exitCode = await runAll(readSelection('npm run test:durability --', description, scenarios));
}
