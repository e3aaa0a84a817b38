import '/background-fetch/index.js';

const registration = await navigator.serviceWorker.register('/app/worker.js', { scope: '/app/' });
await navigator.serviceWorker.ready;

/** What the worker reads at the end of each background fetch, by its id. */
const endings = new Map();
const channel = new BroadcastChannel('field');
channel.onmessage = ({ data }) => endings.get(data.id)?.(data);

globalThis.appIsReady({
  /** Resolves with how it ended, and what its bodies are. */
  async download(id, urls) {
    const ended = new Promise((resolve) => endings.set(id, resolve));
    const fetch = await registration.backgroundFetch.fetch(id, urls);
    try {
      return await ended;
    } finally {
      endings.delete(fetch.id);
    }
  },

  /** What is known of one that has not ended. */
  async look(id) {
    const fetch = await registration.backgroundFetch.get(id);
    return fetch ? `${fetch.downloaded} bytes, result "${fetch.result}"` : 'nothing active';
  },

  async abort(id) {
    return (await registration.backgroundFetch.get(id))?.abort() ?? false;
  },
});
