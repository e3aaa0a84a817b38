// The server puts a line before this one: const release = { version, skipsWaiting };
/* global release */
importScripts('/background-fetch/background-fetch.sw.js');

const instance = crypto.randomUUID();
let port;

function note(kind, details) {
  const text = JSON.stringify({ kind, version: release.version, instance, ...details });
  return fetch('/app/note', { method: 'POST', body: text });
}

const describe = (error) => `${error?.name}: ${error?.message}`;
addEventListener('error', ({ error, message }) =>
  note('error', { message: error ? describe(error) : message }),
);
addEventListener('unhandledrejection', ({ reason }) => note('error', { message: describe(reason) }));

note('started');
addEventListener('install', () => {
  if (release.skipsWaiting) skipWaiting();
});
addEventListener('activate', (event) => event.waitUntil(note('activated')));
addEventListener('message', ({ data, ports }) => {
  if (data.port) port = ports[0];
});

addEventListener('backgroundfetchsuccess', (event) => {
  event.waitUntil(
    event.registration.id.startsWith('order:') ? tell(event.registration) : read(event.registration),
  );
});
for (const kind of ['fail', 'abort']) {
  addEventListener(`backgroundfetch${kind}`, ({ registration: { id, failureReason } }) => {
    note(kind, { id, message: failureReason });
  });
}

/** Tells the pages in each way there is, at once: nothing may give the state time to arrive first. */
async function tell({ id }) {
  port?.postMessage({ way: 'MessagePort', id });
  const channel = new BroadcastChannel('order');
  channel.postMessage({ way: 'BroadcastChannel', id });
  channel.close();
  for (const client of await clients.matchAll({ includeUncontrolled: true })) {
    client.postMessage({ way: 'client.postMessage', id });
  }
}

async function read(registration) {
  const { id } = registration;
  try {
    await note('success', { id });
    if (id.startsWith('cached:')) await keep(registration);
    const bodies = [];
    for (const record of await registration.matchAll()) {
      const response = await record.responseReady;
      const bytes = await response.arrayBuffer();
      bodies.push({ size: bytes.byteLength, sha256: hex(await crypto.subtle.digest('SHA-256', bytes)) });
    }
    await note('read', { id, bodies });
    // answered when the scenario lets go
    if (id.startsWith('held:')) await fetch('/app/gate');
    if (id.startsWith('slow:')) await new Promise((resolve) => setTimeout(resolve, Number(id.split(':')[1])));
    await note('handled', { id });
  } catch (error) {
    await note('error', { message: `handling "${id}": ${describe(error)}` });
  }
}

/** As an app keeps what it gets: nothing is held afterwards. */
async function keep(registration) {
  const cache = await caches.open('kept');
  for (const record of await registration.matchAll()) {
    await cache.put(record.request, await record.responseReady);
  }
}

function hex(buffer) {
  return [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
