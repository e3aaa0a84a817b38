import { formatDuration, formatRate, formatSize } from '../format.ts';
import { fit, widthOf } from './text-width.ts';

/** What one line of progress shows. */
export interface Bar {
  readonly label: string;
  /** bytes; `total` is null where it is not known */
  readonly done: number;
  readonly total: number | null;
  /** bytes per second; null for what is not moving */
  readonly rate: number | null;
  /** in place of rate and remaining time */
  readonly note: string;
}

const widestLabel = 32;
const widestBar = 30;
const narrowestBar = 6;

/** The line for a bar, in at most `columns` columns: what does not fit is left out, the label last. */
export function renderBar({ label, done, total, rate, note }: Bar, columns: number): string {
  const share = total === null ? null : total === 0 ? 1 : Math.min(1, done / total);
  const percent = share === null ? '' : `${String(Math.floor(share * 100)).padStart(3)} %`;
  const size = total === null ? formatSize(done) : `${formatSize(done)} of ${formatSize(total)}`;
  const speed = note || (rate === null ? '' : formatRate(rate));
  const left = note || !rate || total === null ? '' : formatDuration(((total - done) / rate) * 1000);
  for (const parts of [
    [percent, size, speed, left],
    [percent, size, speed],
    [percent, speed],
    [percent || size],
    [],
  ]) {
    const text = parts.filter((part) => part !== '').join('  ');
    const room = columns - widthOf(text) - (text === '' ? 0 : 2);
    if (room < 12 && parts.length > 0) continue;
    const barWidth = share === null ? 0 : Math.min(widestBar, room - Math.min(widestLabel, room >> 1) - 2);
    const bar = barWidth >= narrowestBar && parts.length > 0 ? `  ${drawBar(share ?? 0, barWidth)}` : '';
    const labelWidth = Math.min(widestLabel, room - widthOf(bar));
    return `${fit(label, labelWidth)}${bar}${text === '' ? '' : `  ${text}`}`;
  }
  return '';
}

function drawBar(share: number, width: number): string {
  const full = Math.floor(share * width);
  return '━'.repeat(full) + '─'.repeat(width - full);
}
