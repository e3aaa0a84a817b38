import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBackgroundFetch } from '@background-fetch/node';
import { type BrowserName, browserNames, findBrowsers } from '@background-fetch/testing-browsers';
import { createCommand, wholeNumber } from '@background-fetch/testing-command-line';
import { Option } from 'commander';
import { setUpBench } from '../bench.ts';
import { startBodyServer } from '../body-server/start-body-server.ts';
import { describeReading, type Reading } from './report.ts';
import { marks, readInFlight, readPlain } from './timed-read.ts';

/*
 * Times what a reader of a body in flight gets, beside a plain fetch() of the same bytes over the same line, which all
 * connections share.
 */

interface Options {
  readonly engine: readonly ('node' | BrowserName)[];
  readonly rounds: number;
  readonly rate: number;
  readonly latency: number;
}

const size = Math.max(...marks);
const options = createCommand(
  'npm run bench:reading --',
  'Times reading a record while it is fetched beside reading a plain fetch(), and prints the figures as Markdown.',
)
  .addOption(
    new Option('--engine <name...>', 'what reads')
      .choices(['node', ...browserNames])
      .default(['node', ...browserNames], 'all'),
  )
  .option('--rounds <n>', 'rounds of both, one after the other', wholeNumber(1), 3)
  .option('--rate <n>', 'bytes per second of the line', wholeNumber(1), 2_000_000)
  .option('--latency <n>', 'ms that the server takes to answer', wholeNumber(0), 20)
  .parse()
  .opts<Options>();

let made = 0;

/** A body that nobody has fetched before. */
function newPath(): string {
  return `/body/${Date.now().toString(36)}-${++made}?size=${size}&linerate=${options.rate}&latency=${options.latency}`;
}

async function measure(read: (how: 'plain' | 'in flight') => Promise<number[]>): Promise<Reading[]> {
  const rounds: Reading[] = [];
  for (let round = 0; round < options.rounds; round++)
    rounds.push({ plain: await read('plain'), inFlight: await read('in flight') });
  return rounds;
}

async function measureNode(): Promise<Reading[]> {
  const directory = await mkdtemp(join(tmpdir(), 'background-fetch-reading-'));
  const server = await startBodyServer(directory);
  const engine = await openBackgroundFetch({ directory });
  engine.addEventListener('backgroundfetchsuccess', () => {});
  try {
    return await measure((how) => {
      const url = server.origin + newPath();
      return how === 'plain' ? readPlain(url) : readInFlight(engine.backgroundFetch, url);
    });
  } finally {
    await engine.close();
    await server[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  }
}

async function measureBrowser(name: BrowserName): Promise<Reading[]> {
  const found = (await findBrowsers())[name];
  if (!found.present) throw new Error(found.hint);
  await using bench = await setUpBench(undefined);
  await using page = await bench.openForReading(name);
  return await measure((how) => page.call<number[]>('read', how, newPath()));
}

for (const name of options.engine) {
  const rounds = name === 'node' ? await measureNode() : await measureBrowser(name);
  console.log(describeReading(name, rounds));
}
