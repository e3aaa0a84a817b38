import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Changes } from './changes.ts';
import type { ListenerName } from './listener.ts';

export type Finish = 'in-progress' | 'complete' | 'cut' | 'aborted-by-client';

export interface LogEntry {
  readonly id: number;
  /** When the request's headers had arrived, in ms since the epoch. */
  readonly at: number;
  readonly listener: ListenerName;
  /** Equal for requests that came over the same connection. */
  readonly connection: number;
  readonly method: string;
  readonly path: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The resource, upload or echo key; absent for pages, static files and control requests. */
  readonly key?: string;
  /** Which attempt at the resource this was, from 1; absent for redirects, preflights and HEAD. */
  attempt?: number;
  status?: number;
  responseHeaders: OutgoingHttpHeaders;
  /** The range answered by a 206, both ends inclusive, whatever Content-Range claims. */
  range?: { start: number; end: number };
  /** Body bytes handed to the socket, after any content encoding. */
  bytesSent: number;
  /** Of those, the bytes that the kernel has taken. */
  bytesFlushed: number;
  finished: Finish;
  /** Bytes of the request's body that were read. */
  bodyBytes: number;
  /** Of the request's body, once it was read to its end. */
  bodySha256?: string;
}

export class RequestLog {
  readonly entries: LogEntry[] = [];
  readonly #changes: Changes;
  #nextId = 1;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  add(
    entry: Omit<LogEntry, 'id' | 'responseHeaders' | 'bytesSent' | 'bytesFlushed' | 'finished' | 'bodyBytes'>,
  ): LogEntry {
    const added: LogEntry = {
      ...entry,
      id: this.#nextId++,
      responseHeaders: {},
      bytesSent: 0,
      bytesFlushed: 0,
      finished: 'in-progress',
      bodyBytes: 0,
    };
    this.entries.push(added);
    this.#changes.notify();
    return added;
  }

  /** The entries of one resource, upload or echo key, oldest first. */
  of(key: string): LogEntry[] {
    return this.entries.filter((entry) => entry.key === key);
  }

  clear(): void {
    this.entries.length = 0;
  }

  /** Resolves with the first entry, past or future, that satisfies `matches`. */
  until(matches: (entry: LogEntry) => boolean, signal?: AbortSignal): Promise<LogEntry> {
    return this.#changes.until(() => this.entries.find(matches), signal);
  }

  toJSON(): LogEntry[] {
    return this.entries;
  }
}
