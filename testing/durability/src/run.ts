import { parseArgs } from 'node:util';
import { type EngineName, engineNames, findEngines } from '@background-fetch/testing-engines';
import { seededRandom } from '@background-fetch/testing-simulation';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';

export interface Selection {
  readonly engines: readonly EngineName[];
  readonly scenarios: readonly Scenario[];
  readonly rounds: number;
  readonly seed: string;
}

/** Runs every scenario in every engine, the engines side by side, and prints a line for each. Resolves with the exit code. */
export async function runAll({ engines, scenarios, rounds, seed }: Selection): Promise<number> {
  console.log(`seed ${seed}, ${rounds} rounds`);
  const found = await findEngines();
  let passed = 0;
  let failed = 0;
  const runOne = async (engine: EngineName, scenario: Scenario): Promise<void> => {
    const random = seededRandom(`${seed}/${engine}/${scenario.name}`);
    const begin = performance.now();
    const line = (mark: string): string =>
      `${mark} ${engine}: ${scenario.name} (${((performance.now() - begin) / 1000).toFixed(1)} s)`;
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
  const runEngine = async (engine: EngineName): Promise<void> => {
    const { [engine]: state } = found;
    if (!state.present) {
      console.log(`- ${engine}: not run. ${state.hint}`);
      return;
    }
    for (const scenario of scenarios) {
      if (scenario.engines?.includes(engine) ?? true) await runOne(engine, scenario);
    }
  };
  await Promise.all(engines.map(runEngine));
  console.log(`${passed} passed, ${failed} failed`);
  // nothing that ran is no success
  return failed === 0 && passed > 0 ? 0 : 1;
}

/** What the command line asks for. */
export function readSelection(all: readonly Scenario[]): Selection {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string', multiple: true, default: [...engineNames] },
      only: { type: 'string', multiple: true, default: [''] },
      rounds: { type: 'string', default: '10' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
    },
  });
  const engines = engineNames.filter((name) => values.engine.includes(name));
  const scenarios = all.filter(({ name }) => values.only.some((part) => name.includes(part)));
  const rounds = Number(values.rounds);
  if (engines.length < values.engine.length)
    throw new Error(`--engine takes ${engineNames.join(', ')}, not ${values.engine.join(', ')}`);
  if (scenarios.length === 0) throw new Error(`No scenario's name contains ${values.only.join(' or ')}`);
  if (!(rounds >= 1)) throw new Error(`--rounds takes a number from 1 on, not ${values.rounds}`);
  return { engines, scenarios, rounds, seed: values.seed };
}

if (import.meta.filename === process.argv[1]) process.exitCode = await runAll(readSelection(scenarios));
