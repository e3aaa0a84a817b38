import type { FetchReport } from '../../daemon/status.ts';
import type { Reporter } from './reporter.ts';

/** ms between two lines of a fetch that only grows */
const lineInterval = 500;

/** One JSON object a line: `file` for each file whose state changed, `progress` for the fetch. */
export class JsonReporter implements Reporter {
  readonly #write: (event: object) => void;
  readonly #now: () => number;
  readonly #fileStates = new Map<string, string>();
  readonly #printed = new Map<string, { readonly at: number; readonly state: string }>();

  constructor(write: (event: object) => void, now: () => number = () => performance.now()) {
    this.#write = write;
    this.#now = now;
  }

  report({ fetch, files }: FetchReport): void {
    for (const file of files) {
      const key = `${fetch.id}\n${file.index}`;
      if (this.#fileStates.get(key) === file.state) continue;
      this.#fileStates.set(key, file.state);
      this.#write({ event: 'file', id: fetch.id, ...file });
    }
    const last = this.#printed.get(fetch.id);
    const now = this.#now();
    if (last && last.state === fetch.state && now - last.at < lineInterval) return;
    this.#printed.set(fetch.id, { at: now, state: fetch.state });
    this.#write({ event: 'progress', ...fetch });
  }

  end(): void {}
}
