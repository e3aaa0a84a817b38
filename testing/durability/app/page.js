import '/background-fetch/index.js';

const registration = await navigator.serviceWorker.register('/app/worker.js', { scope: '/app/' });
await navigator.serviceWorker.ready;

/** Held, as an app would: a registration that nobody holds hears nothing. */
const held = new Map();

function hold(fetch) {
  held.set(fetch.id, fetch);
  return describe(fetch);
}

function describe({ id, downloaded, result, failureReason, recordsAvailable }) {
  return { id, downloaded, result, failureReason, recordsAvailable };
}

const app = {
  registration,

  async start(id, urls) {
    return hold(await registration.backgroundFetch.fetch(id, urls));
  },

  /** What is known of a background fetch; null if there is none that is active. */
  async look(id) {
    const fetch = await registration.backgroundFetch.get(id);
    return fetch ? hold(fetch) : null;
  },

  /** Resolves when the registration that this page holds says how the fetch ended. */
  ended(id) {
    const fetch = held.get(id);
    return new Promise((resolve) => {
      const check = () => {
        if (fetch.result !== '') resolve(describe(fetch));
      };
      fetch.addEventListener('progress', check);
      check();
    });
  },

  /** How many rows the polyfill keeps: none when the last fetch was released. */
  countStored() {
    return new Promise((resolve, reject) => {
      const opening = indexedDB.open('background-fetch (polyfill)');
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const database = opening.result;
        const stores = ['fetches', 'records', 'bytes'];
        const transaction = database.transaction(stores);
        const counts = stores.map((name) => transaction.objectStore(name).count());
        transaction.oncomplete = () => {
          database.close();
          resolve(counts.reduce((sum, { result }) => sum + result, 0));
        };
        transaction.onabort = () => reject(transaction.error);
      };
    });
  },
};

addEventListener('pagehide', () => {
  const id = new URL(location.href).searchParams.get('name');
  navigator.sendBeacon('/app/note', JSON.stringify({ kind: 'left', version: 0, instance: 'page', id }));
});

globalThis.appIsReady(app);
