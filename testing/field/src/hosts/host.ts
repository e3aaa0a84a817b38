import type { BrowserName } from '@background-fetch/testing-browsers';
import type { Ending } from '../judge.ts';

/** `cli` is the command `bgfetch`. */
export type HostName = 'node' | 'cli' | BrowserName;

/** Where downloads from one site run. */
export interface Host {
  /** Gets rid of what disturbances have left of connections, where that limits the host. */
  renew?(): Promise<void>;
  /** Resolves with how a background fetch of these URLs ended. Rejects if it does not end within a time. */
  download(id: string, urls: readonly string[]): Promise<Ending>;
  /** What the engine has said since this was asked last. */
  said(): readonly string[];
  close(): Promise<void>;
}

/** What a host needs to know of a site. */
export interface Served {
  /** As programs address it. */
  readonly origin: string;
  /** Whether to ask for a content coding where the host does not do so anyway. */
  readonly coded: boolean;
  /** The certificate to be trusted, in PEM; '' for a site without TLS. */
  readonly certificate: string;
  /** Where a page is steered from that came over TLS. */
  readonly steeredFrom: string;
  /** Where the page is that downloads. */
  readonly page: string;
}

/** ms after which a background fetch counts as one that never ends, where no limit of the host is known */
export const patience = 240_000;

/** What `promise` resolves to; rejects with what `explain` gives once `limit` milliseconds are over. */
export async function within<T>(
  promise: Promise<T>,
  explain: () => Promise<string>,
  limit = patience,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(async () => {
      const state = await explain().catch(String);
      reject(new Error(`no end within ${limit / 1000} s: ${state}`));
    }, limit);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
