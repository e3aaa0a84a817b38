// Compiled, never run: a worker in an app that is compiled as a whole with TypeScript's DOM library.
import 'background-fetch/service-worker';

const scope = self as unknown as ServiceWorkerGlobalScope;

scope.addEventListener('backgroundfetchsuccess', (event) => {
  event.waitUntil(
    (async () => {
      for (const { request, responseReady } of await event.registration.matchAll()) {
        await (await caches.open('episodes')).put(request, await responseReady);
      }
      await event.updateUI({ title: 'Episode 5 is ready' });
    })(),
  );
});

scope.onbackgroundfetchfail = (event) => event.waitUntil(scope.registration.backgroundFetch.getIds());
