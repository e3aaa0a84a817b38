import { setMaxListeners } from 'node:events';
import type { DescribedFiles } from './describe-fetch.ts';
import type { FetchKeeper } from './fetch-keeper.ts';
import { DaemonError } from './protocol.ts';
import type { Caller } from './server.ts';
import { type FetchReport, type FileStatus, hasEnded } from './status.ts';

/** ms between two reports of a fetch that only grows */
const reportInterval = 200;
/** the time between two reports is at least so many times that which one takes */
const restFactor = 9;

/**
 * Reports fetches to a client until all have ended: each completely first, then with the files that have changed.
 * Several at a time cost one reading each; a client that reads slowly gets fewer reports, never old ones.
 */
export async function followFetches(
  keeper: FetchKeeper,
  ids: readonly string[],
  caller: Caller,
): Promise<void> {
  await Promise.all(ids.map((id) => followFetch(keeper, id, caller)));
}

async function followFetch(keeper: FetchKeeper, id: string, caller: Caller): Promise<void> {
  const changes = new Changes(keeper, id, caller.signal);
  const shown = new Map<number, Shown>();
  const before: DescribedFiles = new Map();
  let last = '';
  try {
    while (!caller.signal.aborted) {
      const began = performance.now();
      const report = await describe(keeper, id, before);
      if (!report) return;
      const files = report.files.filter((file) => isNew(shown, file));
      const fetch = JSON.stringify(report.fetch);
      if (files.length > 0 || fetch !== last) await caller.report({ fetch: report.fetch, files });
      last = fetch;
      if (hasEnded(report.fetch.state)) return;
      await changes.next(Math.max(reportInterval, (performance.now() - began) * restFactor));
    }
  } finally {
    changes.end();
  }
}

/** Null for one that was forgotten while it was followed. */
async function describe(
  keeper: FetchKeeper,
  id: string,
  before: DescribedFiles,
): Promise<FetchReport | null> {
  try {
    return await keeper.describe(id, before);
  } catch (error) {
    if (before.size > 0 && error instanceof DaemonError && error.code === 'unknown-fetch') return null;
    throw error;
  }
}

/** What a client was last shown of a file. */
interface Shown {
  readonly file: FileStatus;
  readonly text: string;
}

/** Whether there is something new to be shown: not each change of what is stored can be seen. */
function isNew(shown: Map<number, Shown>, file: FileStatus): boolean {
  const last = shown.get(file.index);
  if (last?.file === file) return false;
  const text = JSON.stringify(file);
  shown.set(file.index, { file, text });
  return last?.text !== text;
}

/** Wakes at a change of a fetch, at the end of its client, and now and then. */
class Changes {
  #changed = false;
  #wake = (): void => {};
  readonly #endListening: () => void;
  readonly #signal: AbortSignal;
  readonly #note: () => void;

  constructor(keeper: FetchKeeper, id: string, signal: AbortSignal) {
    const note = (): void => {
      this.#changed = true;
      this.#wake();
    };
    this.#endListening = keeper.onChange((changed) => {
      if (changed === id) note();
    });
    // a client follows any number of fetches
    setMaxListeners(0, signal);
    signal.addEventListener('abort', note);
    this.#signal = signal;
    this.#note = note;
  }

  async next(delay: number): Promise<void> {
    if (!this.#changed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, delay);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#changed = false;
  }

  end(): void {
    this.#endListening();
    this.#signal.removeEventListener('abort', this.#note);
  }
}
