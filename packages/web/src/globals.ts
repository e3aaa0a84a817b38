import type {
  BackgroundFetchRecord as BgRecord,
  BackgroundFetchRegistration as BgRegistration,
  EventInterfaces,
  BackgroundFetchManager as Manager,
} from '@background-fetch/core';

// TypeScript's DOM library has no Background Fetch.
declare global {
  interface BackgroundFetchManager extends Manager {}
  interface BackgroundFetchRegistration extends BgRegistration {}
  interface BackgroundFetchRecord extends BgRecord {}
  var BackgroundFetchManager: typeof Manager;
  var BackgroundFetchRegistration: typeof BgRegistration;
  var BackgroundFetchRecord: typeof BgRecord;
  var BackgroundFetchEvent: EventInterfaces['BackgroundFetchEvent'];
  var BackgroundFetchUpdateUIEvent: EventInterfaces['BackgroundFetchUpdateUIEvent'];
  interface ServiceWorkerRegistration {
    readonly backgroundFetch: Manager;
  }
}
