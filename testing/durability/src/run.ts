import { type BrowserName, browserNames, findBrowsers } from '@background-fetch/testing-browsers';
import { createCommand, runSideBySide, wholeNumber } from '@background-fetch/testing-command-line';
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
  /** Whether each scenario is run only where it is every time. */
  readonly short: boolean;
}

/** One run of a scenario. */
interface Run {
  readonly engine: BrowserName;
  readonly scenario: Scenario;
  readonly turn: number;
}

/** Runs at the same time, each of which has a browser and a server of its own, and waits more than it computes. */
const atATime = 3;

/** Runs every scenario in every engine, several side by side, and prints a line for each. Resolves with the exit code. */
export async function runAll(selection: Selection): Promise<number> {
  const { engines, scenarios, rounds, seed, repeat, busy, short } = selection;
  console.log(`seed ${seed}, ${rounds} rounds${repeat > 1 ? `, ${repeat} times` : ''}`);
  const found = await findBrowsers();
  const load = busy ? keepCoresBusy() : undefined;
  let passed = 0;
  let failed = 0;
  const runOne = async ({ engine, scenario, turn }: Run): Promise<void> => {
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
  const present = engines.filter((engine) => {
    const { [engine]: state } = found;
    if (!state.present) console.log(`- ${engine}: not run. ${state.hint}`);
    return state.present;
  });
  const pairs = pairUp(scenarios, present);
  const chosen = short ? pairs.filter(isRunEveryTime) : pairs;
  const turns = Array.from({ length: repeat }, (_, index) => index + 1);
  const runs = chosen.flatMap((pair) => turns.map((turn) => ({ ...pair, turn })));
  await runSideBySide(runs, atATime, console.log, runOne).finally(() => load?.end());
  if (short) tellOfTheOthers(pairs.filter((pair) => !isRunEveryTime(pair)));
  console.log(`${passed} passed, ${failed} failed`);
  // nothing that ran is no success
  return failed === 0 && passed > 0 ? 0 : 1;
}

type Pair = Omit<Run, 'turn'>;

function pairUp(scenarios: readonly Scenario[], engines: readonly BrowserName[]): Pair[] {
  return scenarios.flatMap((scenario) =>
    engines
      .filter((engine) => scenario.engines?.includes(engine) ?? true)
      .map((engine) => ({ engine, scenario })),
  );
}

function isRunEveryTime({ engine, scenario }: Pair): boolean {
  return scenario.everyTime?.engines.includes(engine) ?? true;
}

/** Names what was not run, and why. */
function tellOfTheOthers(others: readonly Pair[]): void {
  for (const { engine, scenario } of others) {
    console.log(`- ${engine}: ${scenario.name}: not run. ${scenario.everyTime?.because}`);
  }
  console.log(`${others.length} scenarios left to npm run test:durability`);
}

/** What the command line asks for. */
export function readSelection(call: string, description: string, all: readonly Scenario[]): Selection {
  const { engine, only, rounds, seed, repeat, busy, short } = createCommand(call, description)
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
    .option('--short', 'each scenario only in the engines that npm test has it in', false)
    .parse()
    .opts<{
      readonly engine: readonly BrowserName[];
      readonly only?: readonly string[];
      readonly rounds: number;
      readonly seed: string;
      readonly repeat: number;
      readonly busy: boolean;
      readonly short: boolean;
    }>();
  const engines = browserNames.filter((name) => engine.includes(name));
  const scenarios = all.filter(({ name }) => only?.some((part) => name.includes(part)) ?? true);
  return { engines, scenarios, rounds, seed, repeat, busy, short };
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
