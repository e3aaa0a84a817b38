import '/background-fetch/index.js';
import { note } from '/app/shown.js';

const registration = await navigator.serviceWorker.register('/app/worker.js', { scope: '/app/' });
await navigator.serviceWorker.ready;

const [navigation] = performance.getEntriesByType('navigation');
if (navigation.type === 'back_forward') note('loaded again');
else if (document.readyState === 'complete') leave();
// only a page that was loaded stays in the history
else addEventListener('load', () => setTimeout(leave));

function leave() {
  const starting = registration.backgroundFetch.fetch('file', '/r/file?size=1000');
  location.href = '/app/elsewhere.html';
  addEventListener('pageshow', () => {
    starting.then(
      () => note('kept: begun'),
      (error) => note(`kept: ${error}`),
    );
  });
}
