import '/background-fetch/index.js';

while (await navigator.serviceWorker.getRegistration('/app/'))
  await new Promise((resolve) => setTimeout(resolve, 50));
const registration = await navigator.serviceWorker.register('/app/worker.js', { scope: '/app/' });
await navigator.serviceWorker.ready;
await registration.backgroundFetch.fetch('file', '/r/file?size=1000000&withhold=500000');
history.back();
