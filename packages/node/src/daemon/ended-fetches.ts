import type { BackgroundFetchRegistration } from '@background-fetch/core';
import type { EngineOfDaemon } from './engine-of-daemon.ts';
import type { Entry, FetchEntries } from './fetch-entries.ts';
import { askedFiles, type KeptFetch } from './kept-fetch.ts';
import { type KeptFetches, receivedName } from './kept-fetches.ts';
import { reasonOf } from './private-directory.ts';
import { readStored } from './read-stored.ts';
import { receiveFiles } from './receive-files.ts';
import { isToBeSaved, modeOf, saveFiles } from './save-files.ts';

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
    for (const name of ['backgroundfetchsuccess', 'backgroundfetchfail', 'backgroundfetchabort'] as const) {
      options.engine.onEvent(name, (registration) => this.#takeOut(registration));
    }
  }

  /** Begins to put files into their places, if they have one. */
  save(entry: Entry): void {
    const { directory } = entry.kept;
    if (directory === null || entry.saving || this.#stopping.signal.aborted) return;
    if (entry.kept.problem === null && !entry.kept.files.some(isToBeSaved)) return;
    const note = (kept: KeptFetch): void => {
      entry.kept = kept;
    };
    entry.saving = saveFiles(entry.kept, directory, this.#options.store, note)
      .then(note, (error) => note({ ...entry.kept, problem: reasonOf(error) }))
      .finally(() => {
        entry.saving = null;
        this.#options.entries.changed(entry.kept.id);
      });
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
