import type { DisturbanceName } from '../disturbances.ts';
import type { ServerName } from '../servers/find-servers.ts';

/** Where a site's programs run, and what they serve. */
export interface Place {
  /** For logs, caches and whatever else the programs write. */
  readonly directory: string;
  /** What is served: `/files/`, and an app with the polyfill. */
  readonly root: string;
  /** Where the program in front listens, on 127.0.0.1. */
  readonly port: number;
  /** Where the one behind it listens, if there is one. */
  readonly upstreamPort: number;
  /** Paths of PEM files, for names of loopback. */
  readonly certificate: { readonly key: string; readonly cert: string };
}

/** A server with its configuration. */
export interface Program {
  readonly server: ServerName;
  readonly configuration: string;
}

/** A way in which people configure servers. */
export interface Site {
  readonly name: string;
  /** What is special about it. */
  readonly does: string;
  /** The program in front, then the one behind it. */
  readonly programs: (place: Place) => readonly [Program, ...Program[]];
  readonly secure?: boolean;
  /** Whether browsers download from a page of another origin. Default: from one that the site itself serves. */
  readonly crossOrigin?: boolean;
  /** Whether `text.txt.gz` lies beside `text.txt`. */
  readonly precompressed?: boolean;
  /** Whether its bodies have a content coding. Browsers always ask for one, Node's engine only where the app does. */
  readonly coded?: boolean;
  /** Whether a version may come that is no longer on disk. */
  readonly stale?: boolean;
  /** What its log has after all cases, in a line each: or it was not configured as it says. */
  readonly shows?: readonly RegExp[];
  /** The same, of browsers only. */
  readonly showsOfBrowsers?: readonly RegExp[];
  /** Disturbances after which the server itself has no whole file for anybody, and why: a failure is right then. */
  readonly lost?: Partial<Readonly<Record<DisturbanceName, string>>>;
}
