import type { Attempted } from './trial.ts';

/** What stands in one cell of a table. */
export interface Cell {
  readonly race: string;
  readonly contestant: string;
  readonly trial: string;
  readonly text: string;
}

export function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

export function head(trials: readonly string[]): string {
  return `${row(['', ...trials])}\n|${' --- |'.repeat(trials.length + 1)}`;
}

/** What a contestant made of a trial: ways with the same end stand together. */
export function describeAttempts(attempts: readonly Attempted[]): string {
  const ways = new Map<string, string[]>();
  for (const { way, verdict } of attempts) {
    const text = `${verdict.outcome} (${verdict.detail})`;
    const same = ways.get(text) ?? [];
    ways.set(text, way ? [...same, way] : same);
  }
  const texts = [...ways].map(([text, names]) => (names.length > 0 ? `${names.join(', ')}: ${text}` : text));
  return texts.join('; ');
}

/** The cells of the tables below the headings of a report. */
export function readCells(report: string): Cell[] {
  const cells: Cell[] = [];
  let race = '';
  let trials: readonly string[] | null = null;
  for (const line of report.split('\n')) {
    if (line.startsWith('## ')) race = line.slice(3);
    if (!line.startsWith('|')) trials = null;
    else if (!trials) trials = cellsOf(line).slice(1);
    else if (!line.startsWith('| ---')) {
      const [contestant = '', ...texts] = cellsOf(line);
      for (const [i, text] of texts.entries()) cells.push({ race, contestant, trial: trials[i] ?? '', text });
    }
  }
  return cells;
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
