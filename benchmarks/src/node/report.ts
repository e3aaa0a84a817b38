import { cpus, loadavg, totalmem } from 'node:os';
import { limits } from './contestants.ts';
import { bestOf, medianOf, type Row, spreadOf } from './rows.ts';
import type { Target } from './targets.ts';
import { isOfMany, type Workload } from './workloads.ts';

const limitNames = Object.keys(limits);

/** @param load of the machine in the minute before it began */
export function describeRun(
  date: Date,
  rounds: number,
  diskSpeed: number,
  load: number,
  versions: readonly string[],
): string {
  return [
    '# Benchmarks of the Node.js host',
    '',
    '`npm run bench:node -- --rounds 5 --report docs/benchmarks-node.md` measures and writes all of this anew.',
    '',
    `Measured ${date.toISOString().slice(0, 10)}, Node.js ${process.version}, ${cpus().length} cores, ${Math.round(totalmem() / 1e9)} GB of memory (load ${load.toFixed(1)} before it began),`,
    'over loopback from a server on the same cores: read it as ratios. Each run has a new directory, those of many files',
    'are deleted when all is over, and the order changes from round to round; figures are medians of',
    `${rounds} rounds, with the least and the most. On this disk \`dd bs=4M oflag=dsync\` wrote ${Math.round(diskSpeed / 1e6)} MB/s in the same run: that is what`,
    'syncing every 4 MiB one after the other allows. Only bgfetch, and the limit that says so, sync; all others leave the',
    'bytes to the operating system. CPU is that of all processes, the daemon of “bgfetch get” among them; peak is the',
    'largest process. **The limit** is the better of two scripts of a few lines that do nothing but receive with undici and',
    `write. Versions: ${versions.join(', ')}.`,
  ].join('\n');
}

/** The load of the last minute: how many processes wanted a core. */
export function currentLoad(): number {
  return loadavg()[0] ?? 0;
}

export function describeWorkload(workload: Workload, rows: readonly Row[]): string {
  const curl = bestOf(rows, ['curl'], 'wall');
  const limit = { wall: bestOf(rows, limitNames, 'wall'), cpu: bestOf(rows, limitNames, 'cpu') };
  const lines = rows.map(({ contestant, rounds, failure }) => {
    if (failure !== null) return [contestant.name, failure, '', '', '', '', '', '', ''];
    const wall = medianOf(rounds, 'wall');
    const cpu = medianOf(rounds, 'cpu');
    return [
      contestant.name,
      `${wall.toFixed(2)}${describeSpread(rounds.length, spreadOf(rounds, 'wall'))}`,
      isOfMany(workload)
        ? `${Math.round(workload.count / wall)} files/s`
        : `${Math.round((workload.count * workload.size) / wall / 1e6)} MB/s`,
      describeRatio(wall, curl),
      describeRatio(wall, limit.wall),
      cpu.toFixed(2),
      describeRatio(cpu, limit.cpu),
      `${Math.round(medianOf(rounds, 'peak') / 2 ** 20)} MiB`,
      contestant.durable,
    ];
  });
  const head = [
    `(${workload.id}) ${workload.name}`,
    'wall s',
    'speed',
    'of curl',
    'of the limit',
    'CPU s',
    'of the limit',
    'peak',
    'durability',
  ];
  return table([head, ...lines]);
}

function describeSpread(rounds: number, [least, most]: readonly [number, number]): string {
  return rounds > 1 ? ` (${least.toFixed(2)}–${most.toFixed(2)})` : '';
}

function describeRatio(value: number, base: number | null): string {
  return base === null || base === 0 ? '' : (value / base).toFixed(2);
}

/** One line for each target of this run: what was wanted, what came out, and whether that is enough. */
export function describeTargets(targets: readonly Target[]): string {
  const lines = targets.map(({ wanted, found, met }) => [wanted, found, met ? 'met' : `missed: ${found}`]);
  return table([['target', 'found', 'verdict'], ...lines]);
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
