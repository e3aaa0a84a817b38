import { accessSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BrowserName, browserNames } from '@background-fetch/testing-browsers';
import { createCommand } from '@background-fetch/testing-command-line';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Host } from './expected-failures.ts';

export interface CommandLine {
  /** of web-platform-tests */
  readonly checkout: string;
  readonly hosts: readonly Host[];
  readonly grep: string;
  readonly oneBrowser: boolean;
}

interface Options {
  readonly wpt: string;
  readonly engine: readonly BrowserName[];
  readonly native?: boolean;
  readonly grep?: string;
  readonly oneBrowser?: boolean;
}

/** What is needed of a checkout, which may be a sparse one. */
const needed = [
  'wpt',
  'background-fetch',
  'common',
  'docs/commands.json',
  'interfaces',
  'resources/testharness.js',
  'service-workers/service-worker/resources',
  'tools/serve/serve.py',
];

/** Ends the process where the arguments ask for help, or for what there is not. */
export function readCommandLine(): CommandLine {
  const command: Command = createCommand(
    'npm run wpt --',
    'Runs the web-platform-tests of Background Fetch, which are not part of this repository, against the polyfill, ' +
      'compares them with what is expected, and ends with a line "N passed, N failed".',
  )
    .addOption(
      new Option('--wpt <directory>', 'a checkout of web-platform-tests')
        .argParser(checkoutAt)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--engine <name...>', 'only in these').choices(browserNames).default(browserNames, 'all'),
    )
    .option(
      '--one-browser',
      'all pages in tabs of one browser, instead of each in a browser and profile of its own',
    )
    .option('--native', "Chromium's own Background Fetch instead of the polyfill")
    .option(
      '--grep <text>',
      'only pages whose name contains it; if none does, only subtests whose title does (default: all)',
    )
    .parse();
  const { wpt: checkout, engine: engines, native, grep = '', oneBrowser = false } = command.opts<Options>();
  if (!native) return { checkout, hosts: engines, grep, oneBrowser };
  const isGiven = command.getOptionValueSource('engine') !== 'default';
  if (isGiven && engines.some((name) => name !== 'chromium')) {
    command.error('error: --native is chromium: no other engine has a Background Fetch of its own');
  }
  return { checkout, hosts: ['chromium, native'], grep, oneBrowser };
}

function checkoutAt(directory: string): string {
  const checkout = resolve(directory);
  const missing = needed.filter((path) => {
    try {
      accessSync(join(checkout, path));
      return false;
    } catch {
      return true;
    }
  });
  if (missing.length === 0) return checkout;
  throw new InvalidArgumentError(`A checkout of web-platform-tests with ${missing.join(', ')} is needed.`);
}
