import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** How a response ended: every byte sent, ended by the server before its end, or by the client. */
export type Finish = 'complete' | 'cut' | 'aborted-by-client';

export interface LoggedRequest {
  readonly id: number;
  /** When the request arrived, in milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** The URL as the client addressed it, with the origin it was sent to. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The number of the connection it came on, counted over all origins. */
  readonly connection: number;
  /** The resource's (or upload's) key; null for what is no resource. */
  readonly key: string | null;
  /** Which GET or HEAD of the resource this is, from 1; the hops of a redirect belong to one attempt. */
  attempt: number | null;
  /** The range that was asked for and is answered, both ends inclusive. */
  range?: { start: number; end: number };
  status: number | null;
  /** By their names in lower case. */
  responseHeaders: OutgoingHttpHeaders;
  /** Body bytes handed to the operating system, as they travel (compressed, without chunk framing). */
  bytesSent: number;
  /** Held or stalled until `release`, or held until there is a place. */
  waiting: boolean;
  finished: Finish | null;
}

/** Every request the server saw, in order of arrival. Entries change while their responses proceed. */
export class RequestLog {
  #entries: LoggedRequest[] = [];
  #count = 0;
  #watchers = new Set<() => void>();

  get entries(): readonly LoggedRequest[] {
    return this.#entries;
  }

  /** The requests of one key. */
  of(key: string): LoggedRequest[] {
    return this.#entries.filter((entry) => entry.key === key);
  }

  /** Resolves with the first entry, past or to come, that satisfies the condition. */
  waitFor(condition: (entry: LoggedRequest) => boolean): Promise<LoggedRequest> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.#entries.find(condition);
        if (found) {
          this.#watchers.delete(look);
          resolve(found);
        }
      };
      this.#watchers.add(look);
      look();
    });
  }

  clear(): void {
    this.#entries = [];
  }

  add(
    request: Pick<LoggedRequest, 'method' | 'path' | 'url' | 'headers' | 'connection' | 'key'>,
  ): LoggedRequest {
    const entry: LoggedRequest = {
      id: ++this.#count,
      at: Date.now(),
      ...request,
      attempt: null,
      status: null,
      responseHeaders: {},
      bytesSent: 0,
      waiting: false,
      finished: null,
    };
    this.#entries.push(entry);
    this.changed();
    return entry;
  }

  /** Whoever changes an entry says so here. */
  changed(): void {
    for (const look of [...this.#watchers]) {
      look();
    }
  }
}
