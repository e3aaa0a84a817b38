import * as core from '@background-fetch/core';

// The interface objects, with the types of the globals that they may become: what one entry of this package gives fits
// what another one takes.

export type BackgroundFetchManager = globalThis.BackgroundFetchManager;
export const BackgroundFetchManager: typeof globalThis.BackgroundFetchManager = core.BackgroundFetchManager;

export type BackgroundFetchRecord = globalThis.BackgroundFetchRecord;
export const BackgroundFetchRecord: typeof globalThis.BackgroundFetchRecord = core.BackgroundFetchRecord;

export type BackgroundFetchRegistration = globalThis.BackgroundFetchRegistration;
export const BackgroundFetchRegistration: typeof globalThis.BackgroundFetchRegistration =
  core.BackgroundFetchRegistration;
