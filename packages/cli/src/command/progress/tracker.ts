import type { FetchReport, FetchStatus, FileStatus } from '../../daemon/status.ts';
import { RateMeter } from './rate-meter.ts';
import type { Progress } from './render-frame.ts';

interface FollowedFile {
  file: FileStatus;
  readonly meter: RateMeter;
}

/** Puts reports together, of which each has only what changed, and measures rates. */
export class Tracker {
  readonly #fetches = new Map<string, FetchStatus>();
  readonly #files = new Map<string, Map<number, FollowedFile>>();
  readonly #meter = new RateMeter();

  /** @param now ms, of a clock that is never set back */
  add({ fetch, files }: FetchReport, now: number): void {
    this.#fetches.set(fetch.id, fetch);
    const followed = this.#files.get(fetch.id) ?? new Map<number, FollowedFile>();
    this.#files.set(fetch.id, followed);
    for (const file of files) {
      const one = followed.get(file.index) ?? { file, meter: new RateMeter() };
      one.file = file;
      one.meter.add(file.downloaded, now);
      followed.set(file.index, one);
    }
    this.#meter.add(
      [...this.#fetches.values()].reduce((sum, { downloaded }) => sum + downloaded, 0),
      now,
    );
  }

  fetch(id: string): FetchStatus | undefined {
    return this.#fetches.get(id);
  }

  files(id: string): FileStatus[] {
    return [...(this.#files.get(id)?.values() ?? [])].map(({ file }) => file);
  }

  progress(now: number): Progress {
    const files = [...this.#files.values()].flatMap((followed) => [...followed.values()]);
    return {
      fetches: [...this.#fetches.values()],
      files: files.map(({ file, meter }) => ({ file, rate: meter.rate(now) })),
      rate: this.#meter.rate(now),
    };
  }
}
