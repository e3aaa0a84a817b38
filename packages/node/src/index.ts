export {
  type BackgroundFetchEventInit,
  BackgroundFetchManager,
  type BackgroundFetchOptions,
  BackgroundFetchRecord,
  BackgroundFetchRegistration,
  canPause,
  click,
  isPaused,
  onPausedChange,
  pause,
  type RetryPolicy,
  resume,
  StoreError,
} from '@background-fetch/core';
export { BackgroundFetchEngine, type BackgroundFetchEngineEventMap } from './engine.ts';
export { FileExistsError } from './files/special-file.ts';
export {
  BackgroundFetchEvent,
  BackgroundFetchUpdateUIEvent,
  ExtendableEvent,
} from './host/extendable-event.ts';
export { StoreInUseError } from './host/store-lock.ts';
export type { Attempt, AttemptChange, BeforeAttempt } from './network/before-attempt.ts';
export type { AttemptFailure } from './network/create-network.ts';
export type { ResumableUploads } from './network/uploads/upload.ts';
export { type OpenOptions, openBackgroundFetch } from './open-background-fetch.ts';
export { type SaveOptions, saveRecord } from './save-record.ts';
export { DamagedStoreError, NewerStoreError } from './storage/index.ts';
