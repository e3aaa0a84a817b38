import type { Catalogue } from './catalogue.ts';

export interface Shell {
  /** Changes whenever a file of the shell does. */
  readonly version: string;
  /** Paths to keep for offline use. */
  readonly paths: readonly string[];
}

// The build puts the values in; see build.ts.
declare const __CATALOGUE__: Catalogue;
declare const __SHELL__: Shell;

export const catalogue: Catalogue = __CATALOGUE__;
/** For the service worker only: the pages are part of the shell. */
export const readShell = (): Shell => __SHELL__;
