import type { Changes } from './changes.ts';
import { type Faults, readFaults } from './faults.ts';
import type { LogEntry, RequestLog } from './log.ts';
import { type ParameterValues, valuesOfAttempt } from './parameters.ts';
import type { Upload } from './uploads.ts';

/** What a test may change at any moment, in-process or through `POST /control/<key>`. */
export interface ResourceChange {
  /** Served from the next request on; null: what the URL says again. */
  version?: number | null;
  /** A quoted tag, or strong, weak, none or same. */
  etag?: string;
  /** Any parameters of README.md, which then win over those of the URL; null removes those given before. */
  faults?: Readonly<Record<string, string | number | boolean>> | null;
  /** Lets every response go on that is held or stalled now. */
  release?: boolean;
  /** Forgets attempts, uploads, version and parameters; the log stays. */
  reset?: boolean;
}

/** At least so many of each. */
export interface ResourceCondition {
  waiting?: number;
  attempts?: number;
  /** Requests, of any kind, that are no longer in progress. */
  finished?: number;
  uploads?: number;
  /** Body bytes flushed, over all responses. */
  flushed?: number;
}

/** What the server remembers about one key. */
export class ResourceState {
  readonly key: string;
  readonly uploads: Upload[] = [];
  readonly #log: RequestLog;
  readonly #changes: Changes;
  readonly #held = new Set<() => void>();
  readonly #unusedTokens = new Set<string>();
  readonly #versionsSeen = new Map<number, number>();
  #attempts = 0;
  #version: number | undefined;
  #swaps = 0;
  #values: ParameterValues = {};

  constructor(key: string, log: RequestLog, changes: Changes) {
    this.key = key;
    this.#log = log;
    this.#changes = changes;
  }

  get attempts(): number {
    return this.#attempts;
  }

  /** Responses that are held before their headers, or stalled. */
  get waiting(): number {
    return this.#held.size;
  }

  get log(): LogEntry[] {
    return this.#log.of(this.key);
  }

  change(change: ResourceChange): void {
    if (change.reset) this.#forget();
    if (change.version !== undefined) this.#version = change.version ?? undefined;
    if (change.faults === null) this.#values = {};
    const added = Object.entries(change.faults ?? {}).map(([name, value]) => [name, String(value)]);
    const values: ParameterValues = { ...this.#values, ...Object.fromEntries(added) };
    const next = change.etag === undefined ? values : { ...values, etag: change.etag };
    readFaults(next);
    this.#values = next;
    if (change.release) this.release();
    this.#changes.notify();
  }

  /** Lets every response go on that is held or stalled now; tells how many. */
  release(): number {
    const released = [...this.#held];
    for (const go of released) go();
    return released.length;
  }

  until(condition: ResourceCondition, signal?: AbortSignal): Promise<true> {
    return this.#changes.until(() => this.#satisfies(condition), signal);
  }

  toJSON() {
    const { key, attempts, waiting } = this;
    return { key, attempts, waiting, version: this.#version, swaps: this.#swaps, faults: this.#values };
  }

  /** The parameters in force for the next attempt: the attempt's own win over the state's, and those over the URL's. */
  faultsFor(url: URL): Faults {
    const common = { ...Object.fromEntries(url.searchParams), ...this.#values };
    return readFaults({ ...common, ...valuesOfAttempt(common.attempts, this.#attempts + 1) });
  }

  beginAttempt(): number {
    this.#attempts += 1;
    this.#changes.notify();
    return this.#attempts;
  }

  versionFor(faults: Faults, attempt: number): number {
    const swapped = faults.swap !== undefined && attempt >= faults.swap ? 1 : 0;
    const version = this.#version ?? faults.version + this.#swaps + swapped;
    if (!this.#versionsSeen.has(version)) this.#versionsSeen.set(version, Date.now());
    return version;
  }

  /** When a version was first served, in ms since the epoch. */
  firstSeen(version: number): number {
    return this.#versionsSeen.get(version) ?? Date.now();
  }

  /** Every later response is of the next version. */
  swap(): void {
    if (this.#version !== undefined) this.#version += 1;
    else this.#swaps += 1;
    this.#changes.notify();
  }

  issueToken(token: string): void {
    this.#unusedTokens.add(token);
  }

  /** True once for each token that was issued. */
  useToken(token: string): boolean {
    return this.#unusedTokens.delete(token);
  }

  /** Resolves when released; rejects when the client goes away. */
  hold(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#held.delete(go);
        signal.removeEventListener('abort', abandon);
        this.#changes.notify();
      };
      const go = () => {
        leave();
        resolve();
      };
      const abandon = () => {
        leave();
        reject(signal.reason);
      };
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener('abort', abandon);
      this.#held.add(go);
      this.#changes.notify();
    });
  }

  addUpload(upload: Upload): void {
    this.uploads.push(upload);
    this.#changes.notify();
  }

  #forget(): void {
    this.#attempts = 0;
    this.#version = undefined;
    this.#swaps = 0;
    this.#values = {};
    this.#versionsSeen.clear();
    this.uploads.length = 0;
  }

  #satisfies(condition: ResourceCondition): boolean {
    const entries = this.log;
    return (
      this.waiting >= (condition.waiting ?? 0) &&
      this.attempts >= (condition.attempts ?? 0) &&
      this.uploads.length >= (condition.uploads ?? 0) &&
      entries.filter((entry) => entry.finished !== 'in-progress').length >= (condition.finished ?? 0) &&
      entries.reduce((sum, entry) => sum + entry.bytesFlushed, 0) >= (condition.flushed ?? 0)
    );
  }
}
