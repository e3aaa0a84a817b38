import type { Reachability } from '../ports.ts';

/** Whether nobody answers, as far as is known. */
export function isSilent(reachability: Reachability): boolean {
  return reachability === 'silent' || reachability === 'unsent';
}
