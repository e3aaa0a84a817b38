import type { FetchReport, FetchStatus, FileStatus } from '../../daemon/status.ts';
import { describeAmount, describeFailure, nameForShow } from '../describe.ts';
import { formatRate } from '../format.ts';
import { printable } from '../printable.ts';
import type { Reporter, Screen } from './reporter.ts';
import { Tracker } from './tracker.ts';

/** ms after which a line is printed although little has come */
const lineInterval = 5000;
/** share of the whole after which one is printed at once */
const lineShare = 0.1;
/** files of a fetch; with more, only what goes wrong has a line of its own */
const mostFilesNamed = 50;

interface Printed {
  readonly at: number;
  readonly downloaded: number;
  readonly state: string;
}

/** Lines, for what is no terminal: one for each change of state, and for every 10 % or 5 s. */
export class PlainReporter implements Reporter {
  readonly #screen: Screen;
  readonly #now: () => number;
  readonly #tracker = new Tracker();
  readonly #printed = new Map<string, Printed>();
  readonly #fileStates = new Map<string, string>();

  /** @param now ms, of a clock that is never set back */
  constructor(screen: Screen, now: () => number = () => performance.now()) {
    this.#screen = screen;
    this.#now = now;
  }

  report(report: FetchReport): void {
    const now = this.#now();
    this.#tracker.add(report, now);
    for (const file of report.files) this.#reportFile(report.fetch, file);
    const { fetch } = report;
    const last = this.#printed.get(fetch.id);
    if (last && !isWorthALine(last, fetch, now)) return;
    this.#printed.set(fetch.id, { at: now, downloaded: fetch.downloaded, state: fetch.state });
    this.#print(describeFetch(fetch, this.#tracker.progress(now).rate));
  }

  end(): void {}

  #reportFile(fetch: FetchStatus, file: FileStatus): void {
    const key = `${fetch.id}\n${file.index}`;
    const before = this.#fileStates.get(key);
    if (before === file.state) return;
    this.#fileStates.set(key, file.state);
    const isTrouble = file.state === 'failed' || file.state === 'retrying' || file.state === 'unanswered';
    const isWaiting = file.state === 'waiting' || file.state === 'transferring';
    if (isWaiting || (fetch.fileCount > mostFilesNamed && !isTrouble)) return;
    const what =
      file.state === 'failed' ? describeFailure(file) : `${nameForShow(file)}: ${describeState(file)}`;
    this.#print(`${printable(fetch.id)}: ${what}`);
  }

  #print(line: string): void {
    this.#screen.write(`${line}\n`);
  }
}

function describeState({ state }: FileStatus): string {
  return state === 'unanswered' ? 'nobody answers, waiting' : state;
}

function isWorthALine(last: Printed, fetch: FetchStatus, now: number): boolean {
  if (last.state !== fetch.state) return true;
  const grown = fetch.downloaded - last.downloaded;
  if (fetch.total !== null && fetch.total > 0 && grown >= fetch.total * lineShare) return true;
  return now - last.at >= lineInterval;
}

function describeFetch(fetch: FetchStatus, rate: number): string {
  const percent = fetch.total ? ` (${Math.floor((fetch.downloaded / fetch.total) * 100)} %)` : '';
  const speed = fetch.state === 'active' && rate > 0 ? `, ${formatRate(rate)}` : '';
  const files =
    fetch.fileCount > 1 ? `, ${fetch.filesDone - fetch.filesFailed} of ${fetch.fileCount} files` : '';
  const problem = fetch.problem === null ? '' : `: ${printable(fetch.problem)}`;
  return `${printable(fetch.id)}: ${fetch.state}, ${describeAmount(fetch)}${percent}${files}${speed}${problem}`;
}
