export type {
  BackgroundFetchFailureReason,
  BackgroundFetchResult,
  BackgroundFetchSnapshot,
  BodyKey,
  CacheQueryOptions,
  ClientReadTransaction,
  ClientStore,
  ClientTransaction,
  FetchKey,
  HostBytes,
  ImageResource,
  RegistrationKey,
  RequestBody,
  Store,
  StoredBackgroundFetch,
  StoredRecord,
  StoredRequest,
  StoreReadTransaction,
  StoreTransaction,
} from '@background-fetch/core';
export {
  type BackgroundFetchEventInit,
  type BackgroundFetchEventName,
  BackgroundFetchManager,
  type BackgroundFetchOptions,
  BackgroundFetchRecord,
  BackgroundFetchRegistration,
  backgroundFetchFailureReasons,
  canPause,
  click,
  type Fault,
  getHeader,
  isPaused,
  mediaTypeChanges,
  NewerSchemaError,
  onPausedChange,
  pause,
  type RetryPolicy,
  resume,
  StoreError,
  schemaVersion,
} from '@background-fetch/core';
export { BackgroundFetchEngine, type BackgroundFetchEngineEventMap } from './engine.ts';
export type { EngineStore, LentBody } from './engine-store.ts';
export { FileExistsError } from './file-exists-error.ts';
export {
  BackgroundFetchEvent,
  BackgroundFetchUpdateUIEvent,
  ExtendableEvent,
} from './host/extendable-event.ts';
export { refusal } from './host/registration-host.ts';
export { StoreInUseError } from './host/store-lock.ts';
export type { Attempt, AttemptChange, BeforeAttempt } from './network/before-attempt.ts';
export type { AttemptFailure } from './network/create-network.ts';
export { CodingError } from './network/decode-body.ts';
export { FaultError } from './network/faults.ts';
export type { ConnectionSettings } from './network/transport.ts';
export type { ResumableUploads } from './network/uploads/upload.ts';
export {
  type EngineSettings,
  type OpenOptions,
  openBackgroundFetch,
  type StoreLocation,
} from './open-background-fetch.ts';
export { conditionOf, type Revalidation } from './revalidate.ts';
export { type SaveOptions, saveRecord } from './save-record.ts';
export { DamagedStoreError, NewerStoreError } from './storage/index.ts';
export type { KeptState, StoredState } from './stored-state.ts';
export { defaultRetryPolicy, type TransferSettings, type TransferSettingsOf } from './transfer-settings.ts';
