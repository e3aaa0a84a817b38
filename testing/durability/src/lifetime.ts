import { readSelection, runAll } from './run.ts';
import { longDownload, longHandler } from './scenarios/lifetime.ts';

process.exitCode = await runAll(readSelection([longDownload, longHandler]));
