import { type BrowserName, browserNames } from '@background-fetch/testing-browsers';
import { createCommand, wholeNumber } from '@background-fetch/testing-command-line';
import { InvalidArgumentError, Option } from 'commander';

const parts = ['256mib', '1000x10kib', 'memory'] as const;
type Part = (typeof parts)[number];

export interface BenchmarkOptions {
  readonly engines: readonly BrowserName[];
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

interface Values {
  readonly engine: readonly BrowserName[];
  readonly only: readonly Part[];
  readonly rounds?: number;
  readonly memoryRounds?: number;
  readonly quick?: boolean;
  readonly options?: string;
  readonly report?: string;
}

/** Ends the process where the arguments ask for help, or for what there is not. */
export function readArguments(): BenchmarkOptions {
  const values = createCommand(
    'npm run bench:web --',
    'Measures the polyfill beside what browsers offer by themselves, and prints the figures as Markdown.',
  )
    .addOption(
      new Option('--engine <name...>', 'only these engines')
        .choices(browserNames)
        .default(browserNames, 'all'),
    )
    .addOption(new Option('--only <part...>', 'only these parts').choices(parts).default(parts, 'all'))
    .option('--rounds <n>', 'rounds of every operation (default: 3; with --quick, 1)', wholeNumber(1))
    .option(
      '--memory-rounds <n>',
      'fresh browsers for every figure of memory (default: 3; with --quick, 1)',
      wholeNumber(1),
    )
    .option('--quick', 'smaller bodies, which show that all works, not how fast')
    .option('--options <json>', 'what the service worker gives to configure({ engine })', requireJson)
    .option('--report <file>', 'write the figures there, too')
    .parse()
    .opts<Values>();
  const usual = values.quick ? 1 : 3;
  return {
    engines: values.engine,
    parts: values.only,
    quick: values.quick ?? false,
    rounds: values.rounds ?? usual,
    memoryRounds: values.memoryRounds ?? usual,
    report: values.report ?? null,
    engineOptions: values.options,
  };
}

function requireJson(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    throw new InvalidArgumentError(`It is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}
