import type { FetchStatus } from '../daemon/status.ts';

/**
 * The command whose end a fetch has outlived: a `get` forgets what it has brought, so that what is there at rest was
 * left by one that was stopped, killed, or failed.
 */
export function leftBy({ command, state }: FetchStatus): 'get' | null {
  return command === 'get' && state !== 'active' && state !== 'saving' ? 'get' : null;
}
