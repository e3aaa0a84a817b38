import { readOptions, setUpTestWorker } from './test-worker.ts';

setUpTestWorker(readOptions(), undefined);
