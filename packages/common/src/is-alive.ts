import { readFileSync } from 'node:fs';

/**
 * Whether this process runs, be it another user's. One that has ended and is still listed does not count:
 * docs/discoveries.md#processes-that-have-ended-and-are-listed
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !hasEnded(pid);
}

/** Linux alone can tell a process that has ended from one that runs without another program. */
function hasEnded(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    // "PID (name) state …": the name may hold anything
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    // there may be no /proc, or one that hides the processes of others
    return false;
  }
}
