import type * as Polyfill from 'background-fetch/service-worker';
import { serviceWorker } from './global.ts';
import { readOptions, setUpTestWorker } from './test-worker.ts';

/** Runs something; the types of the events that it listened to. */
function listenersOf(run: () => void): string[] {
  const types: string[] = [];
  const add = serviceWorker.addEventListener;
  const note = (...args: Parameters<EventTarget['addEventListener']>): void => {
    types.push(args[0]);
    Reflect.apply(add, serviceWorker, args);
  };
  Object.defineProperty(serviceWorker, 'addEventListener', { value: note, configurable: true });
  run();
  Reflect.deleteProperty(serviceWorker, 'addEventListener');
  return types;
}

// A classic service worker, as an app has one: the polyfill's scripts come first.
const options = readOptions();
if (options.worker === 'beside-native') {
  Object.assign(globalThis, { BackgroundFetchManager: class BackgroundFetchManager {} });
}
if (options.worker === 'silent') IDBFactory.prototype.open = () => new EventTarget() as IDBOpenDBRequest;
if (options.worker === 'leaving') serviceWorker.skipWaiting();
if (options.worker === 'overtaken') {
  serviceWorker.addEventListener('message', ({ data }) => Object.assign(globalThis, { lastMessage: data }));
}
const listened = listenersOf(() => {
  if (options.native || ['forgetful', 'leaving'].includes(options.worker)) return;
  if (options.integrity) serviceWorker.importScripts('/conformance/polyfill/background-fetch.integrity.js');
  serviceWorker.importScripts('/conformance/polyfill/background-fetch.sw.js');
  if (options.worker === 'doubled')
    serviceWorker.importScripts('/conformance/polyfill/background-fetch.sw.js');
});
const { backgroundFetchPolyfill } = globalThis as { backgroundFetchPolyfill?: typeof Polyfill };
setUpTestWorker(options, backgroundFetchPolyfill, listened);
