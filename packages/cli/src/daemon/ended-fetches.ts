import { reasonOf } from '@background-fetch/common';
import type { BackgroundFetchRegistration } from '@background-fetch/node';
import { type EngineOfDaemon, terminalEvents } from './engine-of-daemon.ts';
import type { Entry, FetchEntries } from './fetch-entries.ts';
import { askedFiles, isToBeSaved, type KeptFetch, type KeptFile } from './kept-fetch.ts';
import { type KeptFetches, receivedName } from './kept-fetches.ts';
import { isIn } from './missing-files.ts';
import { readStored } from './read-stored.ts';
import { receiveFiles } from './receive-files.ts';
import { modeOf, saveFiles } from './save-files.ts';

/** ms between two attempts to take bodies out of the engine's store */
const receiveInterval = 10_000;

export interface EndedFetchesOptions {
  readonly engine: EngineOfDaemon;
  readonly store: KeptFetches;
  readonly entries: FetchEntries;
  readonly log: (message: string) => void;
  readonly now: () => number;
  /** Resolves when all entries that there were before are there. */
  readonly loaded: () => Promise<void>;
}

/** Takes what fetches that have ended brought out of the engine's store, and puts it into its places. */
export class EndedFetches {
  readonly #options: EndedFetchesOptions;
  readonly #stopping = new AbortController();

  constructor(options: EndedFetchesOptions) {
    this.#options = options;
    for (const name of terminalEvents) {
      options.engine.onEvent(name, (registration) => this.#takeOut(registration));
    }
  }

  /** Begins to put files into their places, if they have one. */
  save(entry: Entry): void {
    const { directory, files, overwrite } = entry.kept;
    if (directory === null || entry.saving) return;
    void this.saveIn(entry, directory, overwrite, async () => files);
  }

  /**
   * Puts files into a directory, which need not be that of the fetch. Resolves with the fetch as it is there; the note goes
   * on to say where the fetch has them. Rejects as `take` does, which says what is to be saved.
   */
  async saveIn(
    entry: Entry,
    directory: string,
    overwrite: boolean,
    take: () => Promise<readonly KeptFile[]>,
  ): Promise<KeptFetch> {
    const { kept } = entry;
    if (this.#stopping.signal.aborted) return kept;
    const note = async (next: KeptFetch): Promise<void> => {
      const noted = notedOf(kept, next);
      await this.#options.store.write(noted);
      entry.kept = noted;
    };
    const saving = take().then(async (files) => {
      if (kept.problem === null && !files.some(isToBeSaved)) return { ...kept, files };
      const as = { ...kept, files, overwrite };
      return await saveFiles(as, directory, this.#options.store, note).catch((error) => {
        entry.kept = { ...entry.kept, problem: reasonOf(error) };
        return entry.kept;
      });
    });
    const end = (): void => {
      entry.saving = null;
      this.#options.entries.changed(kept.id);
    };
    entry.saving = saving.then(end, end);
    await entry.saving;
    return await saving;
  }

  /** Begins nothing more; resolves when files that are being saved are where they should be. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#options.loaded().catch(() => {});
    await Promise.all(this.#options.entries.all().map(({ saving }) => saving));
  }

  /** The handler of the three terminal events: the fetch is the engine's until this resolves. */
  async #takeOut(registration: BackgroundFetchRegistration): Promise<void> {
    await this.#options.loaded();
    const entry = this.#options.entries.get(registration.id);
    if (!entry || entry.kept.ended !== null) return;
    for (;;) {
      try {
        return await this.#receive(entry, registration);
      } catch (error) {
        const { id } = entry.kept;
        const problem = `What was received for "${id}" is not out of the engine's store yet: ${reasonOf(error)}`;
        this.#options.log(problem);
        entry.kept = { ...entry.kept, problem };
        this.#options.entries.changed(id);
        await this.#retryLater();
      }
    }
  }

  #retryLater(): Promise<void> {
    return new Promise((resolve) => {
      // a daemon that ends leaves the event owed: it must not be taken for handled
      const goOn = (): void => {
        if (!this.#stopping.signal.aborted) resolve();
      };
      setTimeout(goOn, receiveInterval).unref();
    });
  }

  async #receive(entry: Entry, registration: BackgroundFetchRegistration): Promise<void> {
    const { engine, store } = this.#options;
    const stored = await readStored(engine, entry.kept);
    if (!stored) throw new Error('the engine has no record of it');
    const directory = await store.makeReceivedDirectory(entry.kept);
    const asked = askedFiles(entry.kept);
    const outcomes = await receiveFiles(
      registration,
      stored.records,
      directory,
      (record) => receivedName(asked[record] ?? record),
      engine.saveRecord,
      modeOf(entry.kept, 0o666),
      (record) => entry.kept.files[asked[record] ?? record]?.outcome?.reason === '',
      (url) => engine.causeOf(entry.kept.id, url),
    );
    const reason = registration.failureReason;
    const result =
      reason === 'aborted' ? 'aborted' : registration.result === 'success' ? 'success' : 'failure';
    const files = entry.kept.files.map((file, index) =>
      file.outcome?.reason === ''
        ? file
        : { ...file, outcome: outcomes[asked.indexOf(index)] ?? file.outcome },
    );
    const kept: KeptFetch = {
      ...entry.kept,
      title: stored.fetch.title,
      files,
      ended: { result, reason, at: this.#options.now() },
      problem: null,
    };
    await store.write(kept);
    entry.kept = kept;
    if (result !== 'aborted') this.save(entry);
    this.#options.entries.changed(kept.id);
  }
}

/** What is to be noted of a fetch whose files were saved: a file that is where the fetch puts it was only copied. */
function notedOf(kept: KeptFetch, saved: KeptFetch): KeptFetch {
  const files = saved.files.map((file, index) => {
    const before = kept.files[index];
    if (!before) return file;
    return kept.directory !== null && isIn(kept.directory, before) ? before : { ...file, name: before.name };
  });
  return { ...saved, files, overwrite: kept.overwrite };
}
