import type { FetchReport } from '../../daemon/status.ts';
import { renderFrame } from './render-frame.ts';
import type { Reporter, Screen } from './reporter.ts';
import { widthOf } from './text-width.ts';
import { Tracker } from './tracker.ts';

/** ms between two frames, so that rates and waiting times go on without news */
const frameInterval = 250;

/** Bars on a terminal, drawn over those before them. */
export class TerminalReporter implements Reporter {
  readonly #screen: Screen;
  readonly #tracker = new Tracker();
  readonly #timer: NodeJS.Timeout;
  #lines: string[] = [];
  readonly #draw = (): void => this.#show(this.#render());

  constructor(screen: Screen) {
    this.#screen = screen;
    this.#timer = setInterval(this.#draw, frameInterval).unref();
    screen.on?.('resize', this.#draw);
  }

  report(report: FetchReport): void {
    const isFirst = this.#lines.length === 0;
    this.#tracker.add(report, performance.now());
    if (isFirst) this.#draw();
  }

  end(): void {
    clearInterval(this.#timer);
    this.#screen.off?.('resize', this.#draw);
    this.#show([]);
  }

  #render(): string[] {
    const progress = this.#tracker.progress(performance.now());
    if (progress.fetches.length === 0) return [];
    return renderFrame(progress, columnsOf(this.#screen), this.#screen.rows || 24, Date.now());
  }

  #show(lines: string[]): void {
    const columns = columnsOf(this.#screen);
    // a terminal that became narrower has broken the lines that are there
    const rows = this.#lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
    const back = rows > 0 ? `\u001b[${rows}A\r\u001b[0J` : '';
    if (back !== '' || lines.length > 0) this.#screen.write(back + lines.map((line) => `${line}\n`).join(''));
    this.#lines = lines;
  }
}

/** A terminal that was told no size says that it has none. */
function columnsOf({ columns }: Screen): number {
  return columns || 80;
}
