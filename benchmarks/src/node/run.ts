import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'tsdown';
import { contestants } from './contestants.ts';
import { type Figures, measure, type Place } from './measure.ts';
import { describeRun, describeTargets, describeWorkload } from './report.ts';
import type { Row } from './rows.ts';
import { judge, type Target } from './targets.ts';
import { planWorkloads, type Workload } from './workloads.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    contestant: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
    report: { type: 'string' },
    directory: { type: 'string' },
  },
});
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const rounds = values.quick ? 1 : Number(values.rounds);

/** Below the workspace, where Node finds the libraries. */
await mkdir(here('../../.tmp'), { recursive: true });
const scratch = await mkdtemp(here('../../.tmp/node-'));
const server = fork(here('./serve.ts'), { execArgv: ['--conditions=source', '--import', 'tsx'] });
try {
  const [port] = (await once(server, 'message')) as [number];
  const place: Place = {
    origin: `http://127.0.0.1:${port}`,
    directory: values.directory ?? scratch,
    script: join(scratch, 'script', 'run.js'),
    command: here('../../../packages/node/bin/bgfetch.js'),
  };
  await build({
    entry: here('./libraries/run.ts'),
    outDir: join(scratch, 'script'),
    format: 'esm',
    platform: 'node',
    target: 'node20',
    deps: { alwaysBundle: [/^@background-fetch\//] },
    inputOptions: { resolve: { conditionNames: ['source', 'node', 'import', 'default'] } },
    outExtensions: () => ({ js: '.js' }),
    dts: false,
    config: false,
    logLevel: 'warn',
  });
  const parts = [describeRun(new Date(), rounds, writeSynced(place.directory))];
  console.log(parts[0]);
  const targets: Target[] = [];
  for (const workload of planWorkloads(values.quick)) {
    if (values.only && !values.only.includes(workload.id)) continue;
    const rows = await race(workload, place);
    targets.push(...judge(workload, rows));
    parts.push(describeWorkload(workload, rows));
    console.log(`\n${parts.at(-1)}`);
  }
  parts.push(describeTargets(targets));
  console.log(`\n${parts.at(-1)}`);
  if (values.report) await writeFile(values.report, `${parts.join('\n\n')}\n`);
} finally {
  server.disconnect();
  await rm(scratch, { recursive: true, force: true });
}

/** One after the other, round by round, so that a busy moment hits all of them. */
async function race(workload: Workload, place: Place): Promise<Row[]> {
  const rows = contestants
    .filter(({ name }) => (workload.only ?? [name]).includes(name))
    .filter(({ name }) => (values.contestant ?? [name]).includes(name))
    .map((contestant) => ({ contestant, rounds: [] as Figures[], failure: null as string | null }));
  for (let round = 0; round < (workload.id === 'e' ? 1 : rounds); round++) {
    for (const row of rows) {
      if (row.failure !== null) continue;
      try {
        const figures = await measure(row.contestant, workload, place);
        if (figures) row.rounds.push(figures);
        else row.failure = 'not for this';
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        // a report names no directory of the machine that made it
        row.failure = message.replaceAll(place.directory, '…');
      }
    }
  }
  return rows;
}

/** bytes per second that the disk takes if every 4 MiB are synced before the next */
function writeSynced(directory: string): number {
  const file = join(directory, 'dd');
  const count = 64;
  const started = performance.now();
  spawnSync('dd', ['if=/dev/zero', `of=${file}`, 'bs=4M', `count=${count}`, 'oflag=dsync'], {
    stdio: 'ignore',
  });
  const seconds = (performance.now() - started) / 1000;
  spawnSync('rm', ['-f', file]);
  return (count * 4 * 2 ** 20) / seconds;
}
