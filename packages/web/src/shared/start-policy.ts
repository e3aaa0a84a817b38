import type { RegistrationHost } from '@background-fetch/core';

/** Decides for each background fetch whether it may start, is refused, or waits for the user's consent. */
export type StartPolicy = (id: string) => StartDecision | Promise<StartDecision>;
/**
 * `start` starts the fetch, `start-paused` stores it and waits for `resume()`, `deny` has `fetch()` reject with a
 * NotAllowedError.
 */
export type StartDecision = 'start' | 'start-paused' | 'deny';

let startPolicy: StartPolicy | null = null;

/** Returns a function that puts the one before back. */
export function setStartPolicy(policy: StartPolicy | null): () => void {
  const before = startPolicy;
  startPolicy = policy;
  return () => {
    startPolicy = before;
  };
}

/** The permission "background-fetch", where the browser knows it, and then the app's own policy. */
export const getStartPolicy: RegistrationHost['startPolicy'] = async (id) => {
  const name = 'background-fetch' as PermissionName;
  const status = await navigator.permissions?.query({ name }).catch(() => null);
  if (status?.state === 'denied') return 'deny';
  return (await startPolicy?.(id)) ?? 'start';
};
