import type * as Polyfill from 'background-fetch/service-worker';
import { serviceWorker } from './global.ts';
import { readOptions, setUpTestWorker } from './test-worker.ts';

// A classic service worker, as an app has one: the polyfill's scripts come first.
const options = readOptions();
if (!options.native && options.worker !== 'forgetful') {
  if (options.integrity) serviceWorker.importScripts('/conformance/polyfill/background-fetch.integrity.js');
  serviceWorker.importScripts('/conformance/polyfill/background-fetch.sw.js');
}
const { backgroundFetchPolyfill } = globalThis as { backgroundFetchPolyfill?: typeof Polyfill };
setUpTestWorker(options, backgroundFetchPolyfill);
