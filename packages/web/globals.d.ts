// TypeScript's DOM library has no Background Fetch: these are its globals, as `background-fetch` installs them.
import type * as api from 'background-fetch/ponyfill';
import type * as worker from 'background-fetch/service-worker';

declare global {
  interface BackgroundFetchManager extends api.BackgroundFetchManager {}
  var BackgroundFetchManager: typeof api.BackgroundFetchManager;
  interface BackgroundFetchRegistration extends api.BackgroundFetchRegistration {}
  var BackgroundFetchRegistration: typeof api.BackgroundFetchRegistration;
  interface BackgroundFetchRecord extends api.BackgroundFetchRecord {}
  var BackgroundFetchRecord: typeof api.BackgroundFetchRecord;
  interface BackgroundFetchEvent extends worker.BackgroundFetchEvent {}
  var BackgroundFetchEvent: worker.EventInterfaces['BackgroundFetchEvent'];
  interface BackgroundFetchUpdateUIEvent extends worker.BackgroundFetchUpdateUIEvent {}
  var BackgroundFetchUpdateUIEvent: worker.EventInterfaces['BackgroundFetchUpdateUIEvent'];
  interface ServiceWorkerRegistration {
    readonly backgroundFetch: api.BackgroundFetchManager;
  }
}
