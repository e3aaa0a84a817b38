import { fit, widthOf } from './progress/text-width.ts';

export interface Column<Row> {
  readonly heading: string;
  readonly text: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /** columns down to which it is shortened before others are left out; what has none is never shortened */
  readonly least?: number;
}

const gap = '  ';

/**
 * The lines of a table, each in at most `width` columns of a terminal. What nobody has anything in is left out, and so
 * are, where there is no room, columns in the order of `leftOut`. Then the last that may be shortened is so first.
 */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  leftOut: readonly string[],
  rows: readonly Row[],
  width: number,
): string[] {
  let shown = columns
    .map((column) => ({ ...column, cells: rows.map(column.text) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
    .map((column) => ({
      ...column,
      width: Math.max(widthOf(column.heading), ...column.cells.map(widthOf)),
    }));
  const excess = (widths: readonly number[]): number =>
    widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1) - width;
  const least = (column: { width: number; least?: number }): number =>
    Math.min(column.width, column.least ?? column.width);
  for (const heading of leftOut) {
    if (excess(shown.map(least)) <= 0) break;
    shown = shown.filter((column) => column.heading !== heading);
  }
  const widths = shown.map((column) => column.width);
  for (let i = shown.length - 1; i >= 0; i--) {
    const column = shown[i];
    if (column?.least === undefined) continue;
    const floor = i === 0 ? 1 : least(column);
    widths[i] = Math.max(floor, column.width - Math.max(0, excess(widths)));
  }
  const line = (cellOf: (column: (typeof shown)[number]) => string): string =>
    shown
      .map((column, i) => {
        const cell = fit(cellOf(column), widths[i] ?? 0);
        return column.align === 'right' ? cell.trimEnd().padStart(cell.length) : cell;
      })
      .join(gap)
      .trimEnd();
  return [line(({ heading }) => heading), ...rows.map((_, row) => line(({ cells }) => cells[row] ?? ''))];
}
