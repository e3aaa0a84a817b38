import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf } from '@background-fetch/common';
import { askedAgain, begunAgain } from './begun-again.ts';
import { keptOf } from './describe-fetch.ts';
import type { EngineOfDaemon } from './engine-of-daemon.ts';
import type { Entry, FetchEntries } from './fetch-entries.ts';
import { createRequests } from './fetch-requests.ts';
import type { KeeperOptions } from './keeper-options.ts';
import { askedFiles, type KeptFetch } from './kept-fetch.ts';
import { isInPlace } from './missing-files.ts';
import { DaemonError, type RequestedFetch } from './protocol.ts';

/** A fetch that has ended and begins again with some of its files. */
interface Renewal {
  readonly requested: RequestedFetch;
  readonly missing: readonly number[];
}

/** What a fetch that begins again has of whoever asks for it now. */
function renewedBy({ token, settings, umask, directory, overwrite }: RequestedFetch): Partial<KeptFetch> {
  return { token, settings, umask, directory, overwrite };
}

interface GoingOnParts extends Pick<KeeperOptions, 'engine' | 'store'> {
  readonly entries: FetchEntries;
}

/** Lets fetches that have ended go on, or begin again with some of their files. */
export class GoingOn {
  readonly #parts: GoingOnParts;

  constructor(parts: GoingOnParts) {
    this.#parts = parts;
  }

  /** Whether it has failed, and something is left that it can go on from. */
  async canGoOn({ kept }: Entry): Promise<boolean> {
    return kept.ended?.result === 'failure' && keptOf(kept, await this.#parts.engine.findKept(kept.id)) > 0;
  }

  /** Lets one that failed go on; several who ask at once get one. */
  again(entry: Entry, renewal: Renewal | null): Promise<void> {
    if (entry.starting) return entry.stored;
    const going = this.#goOn(entry, renewal).finally(() => {
      entry.starting = false;
      this.#parts.entries.changed(entry.kept.id);
    });
    entry.starting = true;
    entry.stored = going.catch(() => {});
    return going;
  }

  /** The note comes first, as for a new one. What came whole stays as it is. */
  async #goOn(entry: Entry, renewal: Renewal | null): Promise<void> {
    const { engine, store } = this.#parts;
    await entry.saving;
    const { id } = entry.kept;
    await untilReleased(engine, id);
    const before = entry.kept;
    const hasKept = await this.canGoOn(entry);
    const missing = renewal?.missing ?? (await this.#failedFiles(before));
    // the engine resumes the very requests that it has
    const asked = renewal ? askedAgain(before, missing, hasKept) : askedFiles(before);
    const again = await begunAgain(before, missing, asked, store);
    entry.kept = renewal ? { ...again, ...renewedBy(renewal.requested) } : again;
    await store.write(entry.kept);
    try {
      if (!renewal) return await engine.resume(id);
      if (asked === missing) await engine.forget(id);
      const { title, downloadTotal } = renewal.requested;
      const requests = createRequests(renewal.requested);
      await engine.backgroundFetch.fetch(
        id,
        asked.flatMap((index) => requests[index] ?? []),
        { title, downloadTotal },
      );
    } catch (cause) {
      entry.kept = before;
      await store.write(before);
      throw cause instanceof DaemonError ? cause : new DaemonError('state', reasonOf(cause), { cause });
    }
  }

  /** Those that the engine was asked for last, and that did not come whole or are not where they were put any more. */
  async #failedFiles(kept: KeptFetch): Promise<number[]> {
    const found = await Promise.all(
      askedFiles(kept).map(async (index) => {
        const file = kept.files[index];
        const isThere = file && (await isInPlace(file, this.#parts.store.receivedPath(kept, index)));
        return isThere ? [] : [index];
      }),
    );
    return found.flat();
  }
}

/** The engine releases a fetch soon after its handler here has noted that it has ended. */
export async function untilReleased(engine: EngineOfDaemon, id: string): Promise<void> {
  for (let times = 0; times < 200 && (await engine.findFetch(id)); times++) await delay(10);
}
