import { build } from './build.ts';
import { readArguments, type StartOptions } from './command-line.ts';
import { createDownloads } from './content/downloads.ts';
import type { JobReport } from './job-report.ts';
import { serve } from './server.ts';

async function start(options: StartOptions): Promise<void> {
  const downloads = createDownloads(options.modelBytes);
  const shell = await build(downloads.catalogue);
  const job = options.headless ? new (await import('./headless.ts')).HeadlessJob() : null;
  const server = await serve(options.port, {
    shell,
    downloads,
    ...(job ? { onReport: (report: unknown) => job.accept(report as JobReport) } : {}),
  });
  if (!job || !options.headless) {
    console.log(`Longwave is on ${server.origin}`);
    return;
  }
  const failure = await job.run(options.headless, server.origin, options.native);
  await server.close();
  if (failure) throw new Error(failure);
  console.log(`\nEverything arrived in ${options.headless}.`);
}

start(readArguments()).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  if (process.env.DEBUG) console.error(error);
  process.exitCode = 1;
});
