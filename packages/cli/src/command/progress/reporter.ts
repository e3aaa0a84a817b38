import type { FetchReport } from '../../daemon/status.ts';

/** Shows how fetches get on. */
export interface Reporter {
  report(report: FetchReport): void;
  /** Takes away what is shown for the moment, before something else is printed or at the end. */
  end(): void;
}

/** What it writes to; a part of a terminal's stream. */
export interface Screen {
  write(text: string): unknown;
  readonly columns?: number;
  readonly rows?: number;
  on?(event: 'resize', listener: () => void): unknown;
  off?(event: 'resize', listener: () => void): unknown;
}
