import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** Gives every core something to compute without end, until `end()` or the end of this process. */
export function keepCoresBusy(): { end(): Promise<void> } {
  const workers = Array.from(
    { length: availableParallelism() },
    () => new Worker('for (;;);', { eval: true }),
  );
  for (const worker of workers) worker.unref();
  return {
    async end() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
