import { spawnSync } from 'node:child_process';
import { type Cell, head, readCells, row } from './table.ts';
import type { Race } from './trial.ts';

/**
 * A report of all races with what was found now, and with what an earlier report says of the rest.
 * @param before the earlier report
 */
export function writeReport(
  races: readonly Race[],
  contestants: readonly string[],
  found: readonly Cell[],
  before: string,
  date: Date,
): string {
  const texts = new Map([...readCells(before), ...found].map((cell) => [keyOf(cell), cell.text]));
  const tables = races.map(({ title, about, trials }) => {
    const rows = contestants.map((contestant) => [
      contestant,
      ...trials.map((trial) => texts.get(keyOf({ race: title, contestant, trial: trial.name })) ?? ''),
    ]);
    const measured = rows.filter(([, ...cells]) => cells.some((text) => text !== ''));
    return `## ${title}\n\n${about.join('\n')}\n\n${[head(trials.map(({ name }) => name)), ...measured.map(row)].join('\n')}`;
  });
  return `${[...introduction(date), ...tables].join('\n\n')}\n`;
}

function keyOf({ race, contestant, trial }: Omit<Cell, 'text'>): string {
  return JSON.stringify([race, contestant, trial]);
}

function introduction(date: Date): string[] {
  return [
    '# Whole files, beside other programs',
    [
      '`npm run race:integrity -- --report docs/race-integrity.md` measures and writes all of this anew; with `--only` or',
      '`--column` it measures what these name, and leaves the rest as it is.',
    ].join('\n'),
    [
      `Last measured ${date.toISOString().slice(0, 10)}, Node.js ${process.version}, ${versions().join(', ')}, over loopback.`,
      '**whole**: one version of the file, byte for byte. **MIXED** and **TRUNCATED**: it is not, and the program says that all is',
      'well (exit 0). **failed**: it says so. “again” is what the server sent beyond the size of the file.',
    ].join('\n'),
  ];
}

function versions(): string[] {
  return ['curl', 'wget', 'aria2c'].flatMap((program) => {
    const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
    const version = /\d+\.\d[\d.]*/.exec(stdout ?? '');
    return version ? [`${program} ${version[0]}`] : [];
  });
}
