import * as polyfill from 'background-fetch/service-worker';
import { readOptions, setUpTestWorker } from './test-worker.ts';

setUpTestWorker(readOptions(), polyfill);
