import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createCommand, positiveNumber, wholeNumber } from '@background-fetch/testing-command-line';
import { startHostileServer } from './hostile-server.ts';
import type { Report } from './report.ts';

/** ms that the event loop of an engine may be without a turn */
const longestBlock = 500;
/** MiB that its process may have resident */
const mostResident = 512;
/** MiB that may be in use after a collection at the end beyond what was after the first fetches */
const mostGrowth = 64;
/** s beyond the given time in which the last fetches have to end */
const grace = 180;

const { seconds, fetches, seed } = createCommand(
  'npm run hostile --',
  'Fetches from a server of random answers, in Node: no crash, no hang, no event twice, no freeze, no growth.',
)
  .option('--seconds <n>', 'how long new fetches begin', positiveNumber, 600)
  .option('--fetches <n>', 'background fetches at most', wholeNumber(1), 10_000)
  .option('--seed <text>', 'what the answers are drawn from', '1')
  .parse()
  .opts<{ readonly seconds: number; readonly fetches: number; readonly seed: string }>();

const server = await startHostileServer(seed);
const directory = await mkdtemp(join(tmpdir(), 'background-fetch-hostile-'));
const checks: [string, boolean][] = [];
try {
  const report = await runEngine();
  if (report) judge(report);
} finally {
  await server.close();
  await rm(directory, { recursive: true, force: true });
}
for (const [name, isGood] of checks) console.log(`${isGood ? '✓' : '✗'} ${name}`);
const failed = checks.filter(([, isGood]) => !isGood).length;
console.log(`\n${checks.length - failed} passed, ${failed} failed`);
// connections that were reset may be left to the machine
process.exit(failed === 0 ? 0 : 1);

/** The report of the engine's process; undefined if it died or never ended, which is noted. */
async function runEngine(): Promise<Report | undefined> {
  const script = fileURLToPath(new URL('engine-process.ts', import.meta.url));
  const flags = ['--conditions=source', '--import', 'tsx', '--expose-gc'];
  const argv = [...flags, script, directory, seed, `${fetches}`, `${seconds}`, ...server.origins];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), (seconds + grace) * 1000);
  const exit = new Promise<string>((resolve) => {
    child.on('exit', (code, signal) => resolve(signal ?? `code ${code}`));
  });
  const output = await text(child.stdout);
  const how = await exit;
  clearTimeout(timer);
  checks.push([`the engine's process ends by itself (${how})`, how === 'code 0']);
  return how === 'code 0' ? JSON.parse(output) : undefined;
}

function judge({ fetches: begun, ends, faults, inUse, ...report }: Report): void {
  const ended = Object.values(ends).reduce((sum, count) => sum + count, 0);
  const kinds = Object.entries(ends).map(([how, count]) => `${how} ${count}`);
  console.log(`seed ${seed}: ${begun} fetches, ${server.answered} answers; ${kinds.join(', ')}`);
  for (const fault of faults.slice(0, 20)) console.log(`  ${fault}`);
  const [first = 0] = inUse;
  const last = inUse.at(-1) ?? 0;
  checks.push(
    [`nothing went wrong that may not (${faults.length} faults)`, faults.length === 0],
    [`each fetch has ended, once (${ended} of ${begun})`, ended === begun && begun > 0],
    [
      `the event loop turned at least each ${report.longestBlock} ms (limit ${longestBlock})`,
      report.longestBlock < longestBlock,
    ],
    [
      `the process had ${report.mostResident} MiB at most (limit ${mostResident})`,
      report.mostResident < mostResident,
    ],
    [`what is in use does not grow: ${inUse.join(', ')} MiB`, last - first < mostGrowth],
  );
}
