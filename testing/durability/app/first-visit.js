import '/background-fetch/index.js';

await navigator.serviceWorker.register('/app/worker.js', { scope: '/app/' });
