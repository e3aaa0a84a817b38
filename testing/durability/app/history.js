import '/background-fetch/index.js';
import { note } from '/app/shown.js';

const registration = await navigator.serviceWorker.register('/app/worker.js', { scope: '/app/' });
await navigator.serviceWorker.ready;

const [navigation] = performance.getEntriesByType('navigation');
if (navigation.type === 'back_forward') note('loaded again');
else {
  const bgFetch = await registration.backgroundFetch.fetch('file', '/r/file?size=8388608&rate=4194304');
  let left = false;
  bgFetch.addEventListener('progress', () => {
    const { result, downloaded } = bgFetch;
    if (left && result !== '') note(`kept: ${result}, ${downloaded} bytes`);
    // once something has come, the page has long been loaded: it stays in the history
    if (!left && downloaded > 0) location.href = '/app/elsewhere.html';
    left ||= downloaded > 0;
  });
}
