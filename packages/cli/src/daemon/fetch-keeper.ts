import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf, redactUrl } from '@background-fetch/common';
import type { KeptState } from '@background-fetch/node';
import { chooseId } from './choose-id.ts';
import { compareWithEngine } from './compare-with-engine.ts';
import { type DescribedFiles, describeFetch } from './describe-fetch.ts';
import { EndedFetches } from './ended-fetches.ts';
import { forgetExpired } from './expired-fetches.ts';
import { type Entry, FetchEntries } from './fetch-entries.ts';
import { createRequests, fingerprintOf, requireFreeNames, requireShortTexts } from './fetch-requests.ts';
import { GoingOn, untilReleased } from './going-on.ts';
import type { KeeperOptions } from './keeper-options.ts';
import { isToBeSaved, type KeptFetch, newKeptFetch } from './kept-fetch.ts';
import { findMissingFiles } from './missing-files.ts';
import { DaemonError, type FetchSettings, type RequestedFetch, type StartedFetch } from './protocol.ts';
import { readStored } from './read-stored.ts';
import { isRepeatable, requestedAgain } from './requested-again.ts';
import { takeForSaving } from './save-again.ts';
import type { FetchReport } from './status.ts';

/**
 * Keeps the fetches of a daemon. The engine knows a fetch until its event is handled; here that is when its files are
 * taken out of the engine's store and that is noted. From then on the note and the files are all there is.
 */
export class FetchKeeper {
  readonly #options: KeeperOptions;
  readonly #entries = new FetchEntries();
  readonly #ended: EndedFetches;
  readonly #goingOn: GoingOn;
  readonly #loaded: Promise<void>;
  readonly #sweeping: NodeJS.Timeout;

  /** @param kept what was kept before: it is read by whoever opens the engine, which asks for settings at once */
  constructor(options: KeeperOptions, kept: readonly KeptFetch[]) {
    this.#options = options;
    for (const fetch of kept) this.#entries.add(fetch, Promise.resolve());
    this.#ended = new EndedFetches({ ...options, entries: this.#entries, loaded: () => this.#loaded });
    this.#goingOn = new GoingOn({ ...options, entries: this.#entries });
    this.#loaded = this.#load();
    this.#loaded.catch((error) =>
      options.log(`The fetches of the store could not be compared: ${reasonOf(error)}`),
    );
    this.#sweeping = setInterval(() => void this.#sweep().catch(() => {}), sweepInterval).unref();
  }

  /** Whether something goes on that a daemon has to stay for. */
  async isBusy(): Promise<boolean> {
    await this.#loaded;
    for (const { kept, starting, saving } of this.#entries.all()) {
      if (starting || saving) return true;
      if (kept.ended === null && (await readStored(this.#options.engine, kept))?.fetch.state !== 'paused')
        return true;
    }
    return false;
  }

  /** The paths of notes that can't be read, and are of none of the fetches. */
  get unreadable(): string[] {
    const known = new Set(this.#entries.all().map(({ kept }) => kept.lostNote));
    return this.#options.store.unreadable.filter((path) => !known.has(path));
  }

  /** How a fetch is to be transferred. */
  settingsOf(id: string): FetchSettings | undefined {
    return this.#entries.get(id)?.kept.settings;
  }

  /** Calls back with the id of a fetch whose state changed; the result ends it. */
  onChange(listener: (id: string) => void): () => void {
    return this.#entries.onChange(listener);
  }

  /** @param before for whoever asks again and again: files that have not changed since are the same objects */
  async describe(id: string, before?: DescribedFiles): Promise<FetchReport> {
    await this.#loaded;
    const entry = this.#entries.require(id);
    return await this.#describe(entry, entry.kept, before);
  }

  /** All there are, once it is known which these are. */
  async describeAll(): Promise<FetchReport[]> {
    await this.#loaded;
    return await Promise.all(this.#entries.all().map((entry) => this.#describe(entry)));
  }

  async start(requested: RequestedFetch): Promise<StartedFetch> {
    await this.#loaded;
    requireShortTexts(requested);
    const fingerprint = fingerprintOf(requested);
    const id = chooseId(this.#entries, requested, fingerprint);
    const there = this.#entries.get(id);
    if (there) return await this.#startAgain(there, requested);
    // another command has taken its result, and forgotten it
    if (requested.earlier) throw new DaemonError('unknown-fetch', `There is no fetch "${id}" any more`);
    requireFreeNames(requested);
    const requests = createRequests(requested);
    const kept = newKeptFetch({
      key: randomUUID(),
      id,
      fingerprint,
      created: this.#options.now(),
      token: requested.token,
      title: requested.title,
      directory: requested.directory,
      overwrite: requested.overwrite,
      umask: requested.umask,
      ...(requested.command && { command: requested.command }),
      repeatable: isRepeatable(requested),
      settings: this.#options.store.intern(requested.settings),
      files: requested.files.map(({ url, name }) => ({
        url: redactUrl(url),
        name,
        outcome: null,
        path: null,
      })),
    });
    const entry = this.#entries.add(kept, this.#store(kept, requests, requested));
    await entry.stored;
    this.#entries.changed(id);
    return { outcome: 'started', report: await this.#describe(entry) };
  }

  /** The same was asked for before: what is still true of that is not done again. */
  async #startAgain(entry: Entry, requested: RequestedFetch): Promise<StartedFetch> {
    await entry.stored;
    await entry.saving;
    const { kept } = entry;
    const isSameCall = kept.token === requested.token;
    if (isSameCall || kept.ended === null) {
      return { outcome: isSameCall ? 'started' : 'running', report: await this.#describe(entry) };
    }
    const { engine, store } = this.#options;
    const missing = await findMissingFiles(kept, requested, engine, store);
    // a server may have taken its time to answer: another command has begun it again meanwhile, or forgotten it
    if (entry.kept !== kept || this.#entries.get(kept.id) !== entry) return await this.start(requested);
    if (missing.length === 0 && kept.ended.result === 'success') {
      return { outcome: 'ended', report: await this.#describe(entry) };
    }
    const { files } = requested;
    requireFreeNames({ ...requested, files: missing.flatMap((index) => files[index] ?? []) });
    await this.#goingOn.again(entry, { requested, missing });
    return { outcome: 'started', report: await this.#describe(entry) };
  }

  async pause(id: string, paused: boolean): Promise<FetchReport> {
    const entry = await this.#find(id);
    if (!paused && (await this.#goingOn.canGoOn(entry))) {
      await this.#goingOn.again(entry, null);
      return await this.#describe(entry);
    }
    requireActive(entry);
    try {
      await (paused ? this.#options.engine.pause(id) : this.#options.engine.resume(id));
    } catch (cause) {
      throw new DaemonError('state', reasonOf(cause), { cause });
    }
    this.#entries.changed(id);
    return await this.#describe(entry);
  }

  /** Lets one that failed go on, or begin again where nothing is left to go on from. */
  async retry(id: string): Promise<FetchReport> {
    const entry = await this.#find(id);
    if (await this.#goingOn.canGoOn(entry)) return await this.pause(id, false);
    const requested = requestedAgain(entry.kept);
    return (await this.#startAgain(entry, requested)).report;
  }

  /** The path or the stream of the body of a fetch of one file; null where that has failed. */
  async openBody(id: string): Promise<string | ReadableStream<Uint8Array> | null> {
    const entry = await this.#find(id);
    if (entry.kept.files.length !== 1)
      throw new DaemonError(
        'usage',
        `"${id}" has ${entry.kept.files.length} files: only one can be written there`,
      );
    const registration = entry.kept.ended ? null : await this.#options.engine.backgroundFetch.get(id);
    const [record] = (await registration?.matchAll()) ?? [];
    const response = await record?.responseReady.catch(() => null);
    if (response) return response.ok ? response.body : null;
    // it ended meanwhile
    await this.#entries.untilEnded(entry);
    const [file] = entry.kept.files;
    if (file?.outcome?.reason !== '') return null;
    return file.path ?? this.#options.store.receivedPath(entry.kept, 0);
  }

  /** Resolves when it has ended. */
  async abort(id: string): Promise<FetchReport> {
    const entry = requireActive(await this.#find(id));
    const ended = this.#entries.untilEnded(entry);
    await (await this.#options.engine.backgroundFetch.get(id))?.abort();
    const isOver = await Promise.race([ended.then(() => true), delay(longestAbort, false, { ref: false })]);
    if (isOver) return await this.#describe(entry);
    const why = entry.kept.problem ?? `"bgfetch log ${id}" may say what it waits for`;
    throw new DaemonError('trouble', `"${id}" is being aborted, and is not at its end yet: ${why}`);
  }

  async save(
    id: string,
    to: { directory: string | null; name: string | null; overwrite: boolean },
  ): Promise<FetchReport> {
    const { store } = this.#options;
    const entry = await this.#find(id);
    while (entry.saving) await entry.saving;
    const { kept } = entry;
    if (kept.ended === null) {
      throw new DaemonError('state', `"${id}" is still on its way: "bgfetch watch ${id}" waits for its end`);
    }
    if (!kept.files.some((file) => file.outcome?.reason === '')) {
      throw new DaemonError('state', `"${id}" brought nothing that could be saved: ${kept.ended.reason}`);
    }
    const directory = to.directory ?? kept.directory;
    if (directory === null) throw new DaemonError('usage', `Say where to save "${id}": --output DIR`);
    if (to.name !== null && kept.files.length > 1) {
      throw new DaemonError(
        'usage',
        `"${id}" has ${kept.files.length} files: give --output a directory, ending in /`,
      );
    }
    const overwrite = to.overwrite || (kept.overwrite && (kept.directory ?? directory) === directory);
    const saved = await this.#ended.saveIn(entry, directory, overwrite, async () => {
      await store.makeReceivedDirectory(kept);
      return await Promise.all(
        kept.files.map((file, index) =>
          takeForSaving(file, { ...to, directory }, store.receivedPath(kept, index)),
        ),
      );
    });
    if (saved.problem !== null) throw new DaemonError('trouble', saved.problem);
    return await this.#describe(entry, saved);
  }

  async forget(id: string): Promise<void> {
    const entry = await this.#find(id);
    await entry.saving;
    if (entry.kept.ended === null) {
      throw new DaemonError('state', `"${id}" is still on its way: "bgfetch abort ${id}" ends it`);
    }
    this.#entries.delete(id);
    await this.#options.store.delete(entry.kept);
    await untilReleased(this.#options.engine, id);
    await this.#options.engine.forget(id);
    this.#entries.changed(id);
  }

  /** Begins nothing more; resolves when files that are being saved are where they should be. */
  close(): Promise<void> {
    clearInterval(this.#sweeping);
    return this.#ended.close();
  }

  /** The note comes first: a fetch without one would have lost where it belongs. */
  async #store(kept: KeptFetch, requests: Request[], requested: RequestedFetch): Promise<void> {
    const { engine, store } = this.#options;
    await store.write(kept);
    const { title, downloadTotal } = requested;
    try {
      await engine.backgroundFetch.fetch(kept.id, requests, { title, downloadTotal });
    } catch (cause) {
      await store.delete(kept);
      throw new DaemonError(cause instanceof TypeError ? 'usage' : 'trouble', reasonOf(cause), { cause });
    }
  }

  async #load(): Promise<void> {
    const { log } = this.#options;
    await compareWithEngine(this.#entries, this.#options);
    for (const entry of this.#entries.all()) {
      if (entry.kept.ended && entry.kept.problem === null && entry.kept.files.some(isToBeSaved))
        this.#ended.save(entry);
    }
    await this.#sweep().catch((error) => log(`What is old could not be forgotten: ${reasonOf(error)}`));
  }

  #sweep(): Promise<void> {
    return forgetExpired(this.#entries, this.#options);
  }

  async #describe(entry: Entry, kept = entry.kept, before?: DescribedFiles): Promise<FetchReport> {
    const { engine } = this.#options;
    const stored = await readStored(engine, kept);
    const left = kept.ended?.result === 'failure' ? await engine.findKept(kept.id) : nothingKept;
    const causeOf = (url: string) => engine.causeOf(kept.id, url);
    return describeFetch(kept, stored, entry.saving !== null, left, causeOf, before);
  }

  async #find(id: string): Promise<Entry> {
    await this.#loaded;
    const entry = this.#entries.require(id);
    await entry.stored;
    return entry;
  }
}

/** ms between two looks for what nobody will ask for any more */
const sweepInterval = 60 * 60_000;

/** ms that a fetch may take to end once it is aborted: somebody waits for that */
const longestAbort = 20_000;

const nothingKept: KeptState = { byRecord: [], until: null };

function requireActive(entry: Entry): Entry {
  const { id, ended } = entry.kept;
  if (ended)
    throw new DaemonError('state', `"${id}" has ended: ${ended.reason || 'everything was received'}`);
  return entry;
}
