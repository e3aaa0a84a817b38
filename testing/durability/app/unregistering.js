import '/background-fetch/index.js';
import { note } from '/app/shown.js';

const registration = await navigator.serviceWorker.register('/app/worker.js', { scope: '/app/' });
const { active } = await navigator.serviceWorker.ready;
// Firefox never begins the navigation of a page that unregisters while its worker is being activated, whatever the worker is
while (active.state !== 'activated')
  await new Promise((resolve) => active.addEventListener('statechange', resolve, { once: true }));

const [navigation] = performance.getEntriesByType('navigation');
if (navigation.type === 'back_forward') note('loaded again');
else if (document.readyState === 'complete') leave();
// only a page that was loaded stays in the history
else addEventListener('load', () => setTimeout(leave));

function leave() {
  // what stands before it in the queue of the database
  for (let i = 0; i < 300; i++) registration.backgroundFetch.getIds().catch(() => {});
  const unregistered = registration.unregister();
  location.href = '/app/registering.html';
  addEventListener('pageshow', async () => {
    await unregistered;
    const { backgroundFetch } = await navigator.serviceWorker.getRegistration('/app/');
    let ids;
    // what this page would still write comes between these
    for (let i = 0; i < 10; i++) ids = await backgroundFetch.getIds();
    note(`kept: ${ids}`);
  });
}
