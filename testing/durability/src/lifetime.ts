import { readSelection, runAll } from './run.ts';
import { longDownload, longHandler } from './scenarios/lifetime.ts';

const description = 'Lets downloads and handlers take longer than a worker may live on one event.';
process.exitCode = await runAll(
  readSelection('npm run test:lifetime --', description, [longDownload, longHandler]),
);
