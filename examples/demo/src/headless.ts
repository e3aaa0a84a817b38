import { setTimeout as delay } from 'node:timers/promises';
import { type BrowserName, findBrowsers, launchUndriven } from '@background-fetch/testing-browsers';
import type { JobReport } from './job-report.ts';

/** A page that reports nothing for this long, in milliseconds, has died or hangs. */
const patience = 120_000;

/** The page's reports, printed as they come, and the verdict. */
export class HeadlessJob {
  #lastReport = performance.now();
  #finish: (failure: string | null) => void = () => {};
  readonly #finished = new Promise<string | null>((resolve) => {
    this.#finish = resolve;
  });

  /** For the server: takes a report of the page. */
  accept(report: JobReport): void {
    this.#lastReport = performance.now();
    switch (report.type) {
      case 'line':
        console.log(report.text);
        break;
      case 'progress':
        console.log(progressLine(report.downloaded, report.downloadTotal));
        break;
      case 'done':
        this.#finish(null);
        break;
      case 'failed':
        this.#finish(report.text);
        break;
    }
  }

  /** Opens the page in the engine; resolves to why the job failed, or null where it did not. */
  async run(engine: BrowserName, origin: string, native: boolean): Promise<string | null> {
    const found = (await findBrowsers())[engine];
    if (!found.present) return found.hint;
    console.log(`${engine} ${found.version}, headless, on ${origin}${native ? ', native API' : ''}`);
    this.#lastReport = performance.now();
    const browser = await launchUndriven(engine, {
      url: `${origin}/?job${native ? '&native' : ''}`,
      nativeBackgroundFetch: native,
    });
    const over = new AbortController();
    try {
      return await Promise.race([this.#finished, this.#silence(over.signal)]);
    } finally {
      over.abort();
      await browser.close();
    }
  }

  async #silence(signal: AbortSignal): Promise<string> {
    while (!signal.aborted) {
      const left = this.#lastReport + patience - performance.now();
      if (left <= 0)
        return `The page reported nothing for ${patience / 1000} s: the browser has died or hangs`;
      await delay(left, undefined, { signal }).catch(() => {});
    }
    return '';
  }
}

function progressLine(downloaded: number, total: number): string {
  const fraction = total > 0 ? downloaded / total : 0;
  const filled = Math.round(fraction * 30);
  const bar = '█'.repeat(filled) + '░'.repeat(30 - filled);
  return `${bar} ${String(Math.floor(fraction * 100)).padStart(3)} %  ${downloaded} of ${total} bytes`;
}
