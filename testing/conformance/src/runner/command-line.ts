import { browserNames } from '@background-fetch/testing-browsers';
import { createCommand } from '@background-fetch/testing-command-line';
import { type Command, Option } from 'commander';
import type { HostName, Suites } from '../protocol.ts';

/** One run of the page. */
export interface Pass {
  readonly engine: HostName;
  readonly driven: boolean;
  readonly native: boolean;
  readonly suites: Suites;
}

export interface CommandLine {
  readonly passes: readonly Pass[];
  readonly grep: string;
}

interface Options {
  readonly engine: readonly HostName[];
  readonly driven?: boolean;
  readonly undriven?: boolean;
  readonly native?: boolean;
  readonly grep?: string;
  readonly short?: boolean;
}

const hostNames: readonly HostName[] = [...browserNames, 'node'];

/** Ends the process where the arguments ask for help, or for what there is not. */
export function readCommandLine(): CommandLine {
  const command: Command = createCommand(
    'npm run conformance --',
    'Runs the suites of the API\'s behaviour in every engine and in Node, and ends with a line "N passed, N failed".',
  )
    .addOption(new Option('--engine <name...>', 'only in these').choices(hostNames).default(hostNames, 'all'))
    .addOption(
      new Option(
        '--driven',
        "only under the browsers' drivers (default: undriven, and WebKit also driven: its storage takes no Blobs then)",
      ).conflicts('undriven'),
    )
    .option('--undriven', 'only as a user starts the browsers')
    .option('--native', "Chromium's own Background Fetch, against the list in native-failures.ts")
    .addOption(
      new Option(
        '--short',
        'of driven WebKit only the suites of which the outcome may depend on what its storage takes, as in npm test',
      ).conflicts(['driven', 'undriven', 'native']),
    )
    .option('--grep <text>', 'only behaviours whose full title contains it (default: all)')
    .parse();
  const {
    engine: engines,
    driven = false,
    undriven,
    native,
    grep = '',
    short = false,
  } = command.opts<Options>();
  if (native) {
    const isGiven = command.getOptionValueSource('engine') !== 'default';
    if (isGiven && engines.some((name) => name !== 'chromium')) {
      command.error('error: --native is chromium: no other engine has a Background Fetch of its own');
    }
    return { passes: [{ engine: 'chromium', driven, native, suites: 'behaviour' }], grep };
  }
  const both = !driven && !undriven;
  const passes = engines.flatMap((engine) => {
    const ways = both && engine === 'webkit' ? [false, true] : [driven];
    return ways.map((driven): Pass => {
      const suites = short && driven ? 'stored' : 'behaviour';
      return { engine, driven, native: false, suites };
    });
  });
  return { passes, grep };
}

export function nameOf({ engine, driven, native }: Pass): string {
  if (engine === 'node') return engine;
  return `${engine}${native ? ', native' : ''}, ${driven ? 'driven' : 'undriven'}`;
}
