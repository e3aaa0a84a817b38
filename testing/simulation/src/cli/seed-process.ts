import { liveThrough, type SeedRange } from './findings.ts';

// A process of its own that lives through the seeds it is given: see run-seeds.ts.
process.on('message', async (range: SeedRange) => {
  process.send?.(await liveThrough(range));
});
process.on('disconnect', () => process.exit());
