import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCommand, wholeNumber } from '@background-fetch/testing-command-line';
import { Option } from 'commander';
import { build } from 'tsdown';
import { contestants } from './contestants.ts';
import { type Figures, measure, type Place } from './measure.ts';
import { type Nginx, startNginx } from './nginx.ts';
import { currentLoad, describeRun, describeTargets, describeWorkload } from './report.ts';
import type { Row } from './rows.ts';
import type { Ports } from './serve.ts';
import { judge, type Target } from './targets.ts';
import { planWorkloads, type Workload } from './workloads.ts';

interface Options {
  readonly only: readonly string[];
  readonly contestant: readonly string[];
  readonly rounds: number;
  readonly quick?: boolean;
  readonly directory?: string;
  readonly report?: string;
}

const workloads = planWorkloads(false);
const ids = workloads.map(({ id }) => id);
const names = contestants.map(({ name }) => name);
const options = createCommand(
  'npm run bench:node --',
  'Measures bgfetch beside other downloaders, and prints the figures as Markdown.',
)
  .addOption(
    new Option(
      '--only <workload...>',
      `only these workloads: ${workloads.map(({ id, name }) => `${id} is ${name}`).join('; ')}`,
    )
      .choices(ids)
      .default(ids, 'all'),
  )
  .addOption(new Option('--contestant <name...>', 'only these').choices(names).default(names, 'all'))
  .option('--rounds <n>', 'rounds of every workload', wholeNumber(1), 5)
  .option('--quick', 'a sixteenth of the bytes, and one round: shows that all works, not how fast')
  .option('--directory <path>', 'where the files go (default: below .tmp of the workspace)')
  .option('--report <file>', 'write the figures there, too')
  .parse()
  .opts<Options>();
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const rounds = options.quick ? 1 : options.rounds;

/** Below the workspace, where Node finds the libraries. */
await mkdir(here('../../.tmp'), { recursive: true });
const scratch = await mkdtemp(here('../../.tmp/node-'));
const load = currentLoad();
const planned = planWorkloads(options.quick ?? false).filter(({ id }) => options.only.includes(id));
const server = fork(here('./serve.ts'), { execArgv: ['--conditions=source', '--import', 'tsx'] });
let nginx: Nginx | null = null;
const directory = await mkdtemp(join(options.directory ?? scratch, 'files-'));
// directories of its own parent are put far from each other, and from what was deleted before, where the file system can
spawnSync('chattr', ['+T', directory], { stdio: 'ignore' });
try {
  const [{ plain, secure }] = (await once(server, 'message')) as [Ports];
  const sizes = planned.filter((workload) => workload.server === 'nginx').map(({ size }) => size);
  const ofNginx = join(scratch, 'nginx');
  // nginx serves as another user where root starts it
  await chmod(scratch, 0o755);
  await mkdir(ofNginx);
  nginx = sizes.length > 0 ? await startNginx(ofNginx, sizes) : null;
  const node = `http://127.0.0.1:${plain}`;
  const place: Place = {
    origins: { node, slow: node, tls: `https://127.0.0.1:${secure}`, nginx: nginx?.origin ?? '' },
    directory,
    script: join(scratch, 'script', 'run.js'),
    command: here('../../../packages/cli/bin/bgfetch.js'),
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
  const versions = [...versionsOfContestants(), ...(nginx ? [nginx.version] : [])];
  const parts = [describeRun(new Date(), rounds, writeSynced(place.directory), load, versions)];
  console.log(parts[0]);
  const targets: Target[] = [];
  for (const workload of planned) {
    if (workload.server === 'nginx' && !nginx) {
      parts.push(`(${workload.id}) ${workload.name}: not measured, as nginx is not installed`);
      console.log(`\n${parts.at(-1)}`);
      continue;
    }
    const rows = await race(workload, place);
    targets.push(...judge(workload, rows));
    parts.push(describeWorkload(workload, rows));
    console.log(`\n${parts.at(-1)}`);
  }
  parts.push(describeTargets(targets));
  console.log(`\n${parts.at(-1)}`);
  if (options.report) await writeFile(options.report, `${parts.join('\n\n')}\n`);
} finally {
  server.disconnect();
  await nginx?.close();
  await rm(directory, { recursive: true, force: true });
  await rm(scratch, { recursive: true, force: true });
}

/** One after the other, round by round, so that a busy moment hits all of them; each time another one begins. */
async function race(workload: Workload, place: Place): Promise<Row[]> {
  const rows = contestants
    .filter(({ name }) => (workload.only ?? [name]).includes(name))
    .filter(({ name }) => options.contestant.includes(name))
    .map((contestant) => ({ contestant, rounds: [] as Figures[], failure: null as string | null }));
  for (let round = 0; round < (workload.once ? 1 : rounds); round++) {
    for (const row of rotated(rows, round)) {
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

function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const first = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

/** The programs and libraries that take part, as they name themselves. */
function versionsOfContestants(): string[] {
  const programs = ['curl', 'wget', 'aria2c'].map((name) => {
    const { stdout } = spawnSync(name, ['--version'], { encoding: 'utf8' });
    return stdout ? `${name} ${/\d+(\.\d+)+/.exec(stdout)?.[0] ?? ''}` : `${name} (not installed)`;
  });
  const libraries = ['got', 'ipull', 'easydl', 'node-downloader-helper', 'undici'].map((name) => {
    const manifest = readFileSync(here(`../../../node_modules/${name}/package.json`), 'utf8');
    return `${name} ${JSON.parse(manifest).version}`;
  });
  return [...programs, ...libraries];
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
