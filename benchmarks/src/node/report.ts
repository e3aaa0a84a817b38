import { cpus, totalmem } from 'node:os';
import { medianOf, type Row } from './rows.ts';
import type { Target } from './targets.ts';
import type { Workload } from './workloads.ts';

export function describeRun(date: Date, rounds: number, diskSpeed: number): string {
  return [
    '# Benchmarks of the Node.js host',
    '',
    '`npm run bench:node -- --report docs/benchmarks-node.md` measures and writes all of this anew.',
    '',
    `Measured ${date.toISOString().slice(0, 10)}, Node.js ${process.version}, ${cpus().length} cores, ${Math.round(totalmem() / 1e9)} GB of memory, over loopback from a`,
    `server on the same cores: read it as ratios. Contestants take turns, ${rounds} rounds at most; figures are medians. On this`,
    `disk \`dd bs=4M oflag=dsync\` wrote ${Math.round(diskSpeed / 1e6)} MB/s in the same run: that is what syncing every 4 MiB one after the other`,
    'allows. Only bgfetch syncs; all others leave the bytes to the operating system. “bgfetch get” starts its daemon; its',
    "CPU and memory are the command's alone. Peak is the largest process.",
  ].join('\n');
}

export function describeWorkload(workload: Workload, rows: readonly Row[]): string {
  const reference = rows.find(({ contestant }) => contestant.name === 'curl');
  const base = reference && reference.rounds.length > 0 ? medianOf(reference.rounds, 'wall') : null;
  const bytes = workload.count * workload.size;
  const lines = rows.map(({ contestant, rounds, failure }) => {
    if (failure !== null) return [contestant.name, failure, '', '', '', '', ''];
    const wall = medianOf(rounds, 'wall');
    return [
      contestant.name,
      wall.toFixed(2),
      workload.count > 4
        ? `${Math.round(workload.count / wall)} files/s`
        : `${Math.round(bytes / wall / 1e6)} MB/s`,
      base === null ? '' : (wall / base).toFixed(2),
      medianOf(rounds, 'cpu').toFixed(2),
      `${Math.round(medianOf(rounds, 'peak') / 2 ** 20)} MiB`,
      contestant.durable,
    ];
  });
  const head = [
    `(${workload.id}) ${workload.name}`,
    'wall s',
    'speed',
    "of curl's wall",
    'CPU s',
    'peak',
    'durability',
  ];
  return table([head, ...lines]);
}

/** One line for each target of this run: whether it was met, and if not, what is known of the reason. */
export function describeTargets(targets: readonly Target[]): string {
  const lines = targets.map(({ wanted, found, met, why }) => [
    wanted,
    found,
    met ? 'met' : `missed (${why ?? 'the reason is not known'})`,
  ]);
  return table([['target', 'found', 'verdict'], ...lines]);
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
