import type { BrowserName } from './find-browsers.ts';

/** A running browser, whoever steers it. */
export interface Browser {
  readonly engine: BrowserName;
  /** Directory with everything the browser stores; it survives `kill()`, so launch again with it to restart. */
  readonly profile: string;
  /** Root of the process tree: the browser itself, or WebKitWebDriver where that started it. */
  readonly pid: number;
  /** WebSocket address of Chromium's DevTools, when launched with `devtools`. */
  readonly devtoolsUrl?: string;
  /** Opens a further tab or window; resolves when the browser was told to. */
  open(url: string): Promise<void>;
  /** SIGKILL to the whole process tree at once; resolves when every process of it is gone. Keeps the profile. */
  kill(): Promise<void>;
  /** Ends the browser in an orderly way (by force after 15 s) and removes the profile unless `keepProfile`. */
  close(): Promise<void>;
  /** Ids of the processes of the tree that live now. */
  processIds(): Promise<number[]>;
  /** Proportional set size of the tree, in bytes. */
  memory(): Promise<number>;
}

/** A browser that nobody drives. */
export interface UndrivenBrowser extends Browser {
  /** Rejects, with the browser's last words, when its root process ends, whoever ended it. */
  readonly ended: Promise<never>;
}

/** A browser that obeys WebDriver or WebDriver BiDi. */
export interface DrivenBrowser extends Browser {
  /** Evaluates an expression in the page, awaiting a promise; the result must survive JSON. */
  evaluate<T>(expression: string): Promise<T>;
  /** Writes a PNG of the page. */
  screenshot(path: string): Promise<void>;
  goto(url: string): Promise<void>;
}

export interface LaunchOptions {
  /** The first page. */
  url: string;
  /** Directory to store in; without it a fresh temporary one. */
  profile?: string;
  /** Keep the profile on `close()`. */
  keepProfile?: boolean;
  /** Leave Chromium's own Background Fetch on and let it run unattended. Default: off, so that the polyfill installs. */
  nativeBackgroundFetch?: boolean;
  /**
   * Accept self-signed certificates. Undriven Firefox has no switch for that and needs to know which: it trusts
   * the certificate that `url` serves and those of `trustedOrigins`.
   */
  ignoreCertificateErrors?: boolean;
  /** Further https origins whose certificate undriven Firefox accepts. */
  trustedOrigins?: readonly string[];
  /** WebKitGTK has no headless mode: it always has a window, on a virtual display. Default: headless. */
  display?: 'headless' | 'window';
  /** Chromium: opens the DevTools port, see `Browser.devtoolsUrl`. */
  devtools?: boolean;
  /**
   * Undriven only: a second, small tab on another site through which `open` works and by which launching knows that
   * the browser is up. Without it, `open` rejects. Default: true.
   */
  launcherTab?: boolean;
}
