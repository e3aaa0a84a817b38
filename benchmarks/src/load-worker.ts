import { install } from 'background-fetch/service-worker';
import { loadChannel, type WorkerCounts } from './load-shape.ts';

/** A worker that counts what the polyfill does in it, and says when each announcement was made. */

const counts = { timers: 0, writes: 0, messages: 0 };

const { setTimeout: setTimer } = globalThis;
globalThis.setTimeout = ((...args: Parameters<typeof setTimeout>) => {
  counts.timers++;
  return setTimer(...args);
}) as typeof setTimeout;

const { transaction } = IDBDatabase.prototype;
IDBDatabase.prototype.transaction = function (names, mode, options) {
  if (mode === 'readwrite') counts.writes++;
  return transaction.call(this, names, mode, options);
};

const { postMessage } = BroadcastChannel.prototype;
BroadcastChannel.prototype.postMessage = function (message: object) {
  counts.messages++;
  const data = this.name === loadChannel ? { ...message, at: Date.now() } : message;
  postMessage.call(this, data);
};

install({ native: 'replace' });

globalThis.addEventListener('message', ({ data, ports }) => {
  if (data === 'count') ports[0]?.postMessage({ ...counts } satisfies WorkerCounts);
});
