import type { BrowserName } from '@background-fetch/testing-browsers';
import type { HostInfo, HostName } from '../protocol.ts';

/** Where this page runs. */
export const host = JSON.parse(
  new URL(location.href).searchParams.get('host') ??
    '{"engine":"chromium","driven":false,"native":false,"blobStorage":true,"grep":"","after":"","results":"","crossOrigin":"","suites":"behaviour","secureOrigin":"","untrustedOrigin":"","closedOrigin":""}',
) as HostInfo;

/** Why CORS and what follows from it is no matter of Node. */
export const noOrigin = 'a process has no origin, so that none is another one';

/** Ends a test that an engine can't pass by its nature; the reporter lists it with the reason. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}

/** Where a behaviour may be impossible; `driven webkit` and the like are WebDriver sessions of that engine. */
export type Where = HostName | `driven ${BrowserName}` | 'native' | 'polyfill' | 'no-blob-storage';

/**
 * First line of a test whose behaviour is impossible in some places. There it ends with the reason, which is printed
 * and listed at the end of the run; elsewhere it goes on.
 */
export function unsupported(where: readonly Where[], reason: string): void {
  const here: readonly Where[] = [
    host.engine,
    host.native ? 'native' : 'polyfill',
    ...(host.driven ? ([`driven ${host.engine as BrowserName}`] as const) : []),
    ...(host.blobStorage ? [] : (['no-blob-storage'] as const)),
  ];
  if (where.some((place) => here.includes(place))) throw new NotApplicable(reason);
}
