importScripts('/background-fetch/background-fetch.sw.js');

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));

const channel = new BroadcastChannel('field');
for (const kind of ['success', 'fail', 'abort']) {
  addEventListener(`backgroundfetch${kind}`, (event) => event.waitUntil(tell(event.registration)));
}

async function tell(registration) {
  const { id, result, failureReason, downloaded } = registration;
  const bodies = [];
  for (const record of await registration.matchAll()) bodies.push(await read(record));
  channel.postMessage({ id, result, failureReason, downloaded, bodies });
}

async function read({ request: { url }, responseReady }) {
  try {
    const response = await responseReady;
    const bytes = await response.arrayBuffer();
    const sha256 = hex(await crypto.subtle.digest('SHA-256', bytes));
    return { url, status: response.status, size: bytes.byteLength, sha256 };
  } catch (error) {
    return { url, error: `${error?.name}: ${error?.message}` };
  }
}

function hex(buffer) {
  return [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
