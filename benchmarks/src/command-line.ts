import { parseArgs } from 'node:util';
import { type EngineName, engineNames } from '@background-fetch/testing-engines';

const parts = ['256mib', '1000x10kib', 'memory'] as const;
type Part = (typeof parts)[number];

export interface BenchmarkOptions {
  readonly engines: readonly EngineName[];
  readonly parts: readonly Part[];
  /** Smaller bodies and one round: shows that all works, not how fast. */
  readonly quick: boolean;
  readonly rounds: number;
  readonly memoryRounds: number;
  /** File to write the figures to. */
  readonly report: string | null;
  /** JSON of `EngineOptions`, to try settings. */
  readonly engineOptions: string | undefined;
}

export const usage = `Usage: npm run bench:web -- [options]
  --engine NAME       ${engineNames.join(', ')}; may be repeated (default: all)
  --only PART         ${parts.join(', ')}; may be repeated (default: all)
  --rounds N          rounds of every operation (default 3)
  --memory-rounds N   fresh browsers for every figure of memory (default 3)
  --quick             smaller bodies, one round
  --options JSON      what the service worker gives to configure({ engine })
  --report FILE       write the figures there, as Markdown
  --help`;

/** Throws where the arguments make no sense; `null` where help is asked for. */
export function readArguments(args: readonly string[]): BenchmarkOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engine: { type: 'string', multiple: true },
      only: { type: 'string', multiple: true },
      rounds: { type: 'string' },
      'memory-rounds': { type: 'string' },
      quick: { type: 'boolean', default: false },
      options: { type: 'string' },
      report: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return null;
  if (values.options !== undefined) JSON.parse(values.options);
  const usual = values.quick ? 1 : 3;
  return {
    engines: (values.engine ?? engineNames).map((name) => oneOf(engineNames, name, '--engine')),
    parts: (values.only ?? parts).map((name) => oneOf(parts, name, '--only')),
    quick: values.quick,
    rounds: readRounds(values.rounds, usual),
    memoryRounds: readRounds(values['memory-rounds'], usual),
    report: values.report ?? null,
    engineOptions: values.options,
  };
}

function oneOf<T extends string>(known: readonly T[], name: string, option: string): T {
  const found = known.find((one) => one === name);
  if (!found) throw new Error(`${option} ${name}: choose from ${known.join(', ')}`);
  return found;
}

function readRounds(text: string | undefined, usual: number): number {
  const rounds = Number(text ?? usual);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`${text} is no number of rounds: give 1 or more`);
  return rounds;
}
