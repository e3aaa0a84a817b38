import type { BrowserName } from '@background-fetch/testing-browsers';

/** Where the suites run: in a browser, or in Node without one. */
export type HostName = BrowserName | 'node';

/** What is run: all suites, those of which the outcome may depend on what a storage takes, or the matrix of faults. */
export type Suites = 'behaviour' | 'stored' | 'faults';

/** What the page needs to know of where it runs: JSON in the query parameter `host`. */
export interface HostInfo {
  readonly engine: HostName;
  /** A WebDriver session; in WebKit its storage is ephemeral and takes no Blobs. */
  readonly driven: boolean;
  /** The browser's own Background Fetch is tested; the polyfill is not imported. */
  readonly native: boolean;
  /** Whether IndexedDB takes Blobs here. */
  readonly blobStorage: boolean;
  /** Only behaviours whose full title contains this are run; '' for all. */
  readonly grep: string;
  /** Only the behaviours that come after this one, by its full title; '' for all. */
  readonly after: string;
  /** Where the page posts its messages: not its own origin, whose connections belong to the tests. */
  readonly results: string;
  /** The fault server as another origin. */
  readonly crossOrigin: string;
  readonly suites: Suites;
  /** The fault server over TLS, with a certificate that this host was told to trust. */
  readonly secureOrigin: string;
  /** Another one, with a certificate that nobody was told of; '' where no fault needs it. */
  readonly untrustedOrigin: string;
  /** Where nobody listens. */
  readonly closedOrigin: string;
}

export type Outcome = 'passed' | 'failed' | 'not-applicable';

/** What the page tells the runner, in order. */
export type PageMessage =
  | { readonly type: 'begin'; readonly title: string; readonly kind: 'test' | 'hook' }
  | {
      readonly type: 'result';
      readonly title: string;
      readonly outcome: Outcome;
      /** The error, or why it is not applicable. */
      readonly detail: string;
      /** ms */
      readonly duration: number;
    }
  /** Something that no test caught: the run fails. */
  | { readonly type: 'error'; readonly detail: string }
  /** Said every few seconds, so that a page that was killed is told from one that is busy. */
  | { readonly type: 'alive' }
  /** `last`: the full title of the page's last test, if others come after it and a new page is to run them. */
  | { readonly type: 'end'; readonly last: string };

/** Separates the titles of suites and test in a full title. */
export const titleSeparator = ' › ';
