import type { EngineHost } from '@background-fetch/core';

/** Decides for each background fetch whether it may start, is refused, or waits for the user's consent. */
export type StartPolicy = (id: string) => StartDecision | Promise<StartDecision>;
export type StartDecision = 'start' | 'start-paused' | 'deny';

let startPolicy: StartPolicy | null = null;

export function setStartPolicy(policy: StartPolicy | null): void {
  startPolicy = policy;
}

/** The permission "background-fetch", where the browser knows it, and then the app's own policy. */
export const getStartPolicy: EngineHost['startPolicy'] = async (id) => {
  const name = 'background-fetch' as PermissionName;
  const status = await navigator.permissions?.query({ name }).catch(() => null);
  if (status?.state === 'denied') return 'deny';
  return (await startPolicy?.(id)) ?? 'start';
};
