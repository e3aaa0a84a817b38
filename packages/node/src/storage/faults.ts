/**
 * The moments between which a write may die or fail. Tests end the process there, or throw what a disk would.
 * `write`: before bytes go to a file; `sync`: they are written; `synced`: they are durable, and no row tells of them;
 * `commit`: the row is in a transaction that is not committed; `log`: it is committed, and not durable;
 * `unlink`: rows are gone for good, and their files are still there.
 */
export type FaultPoint = 'write' | 'sync' | 'synced' | 'commit' | 'log' | 'unlink';

/** Called at each of these moments; an error that it throws takes the place of the disk's. */
export type Faults = (point: FaultPoint) => void;
