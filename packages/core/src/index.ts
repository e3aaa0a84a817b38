export * from './algorithms/block-bad-port.ts';
export * from './algorithms/catch-up.ts';
export { isRetryableStatus } from './algorithms/judge-a-status.ts';
export { countKept } from './algorithms/keep-a-failed-fetch.ts';
export { readStoredBytes } from './algorithms/read-stored-bytes.ts';
export * from './algorithms/realm.ts';
export * from './api/background-fetch-event.ts';
export * from './api/background-fetch-manager.ts';
export * from './api/background-fetch-record.ts';
export {
  BackgroundFetchRegistration,
  getInstance,
  setPaused,
  snapshotOf,
} from './api/background-fetch-registration.ts';
export * from './api/display.ts';
export { addLifetimePromise, dispatchExtendableEvent } from './api/extendable-event.ts';
export * from './api/kept-fetches.ts';
export { isRequest } from './api/to-request.ts';
export { defineEventHandler, defineInterface, internal } from './api/web-idl.ts';
export * from './engine/engine.ts';
export * from './model/background-fetch.ts';
export * from './model/byte-ranges.ts';
export { getHeader, type HeaderList } from './model/header-list.ts';
export type * from './model/idl-types.ts';
export * from './model/record.ts';
export * from './model/schema.ts';
export * from './model/snapshot.ts';
export { hasNullBody } from './model/status.ts';
export { storedLength } from './model/transitions.ts';
export * from './model/url.ts';
export type * from './ports.ts';
export { deserialiseRequest, serialiseRequest } from './serialise/request.ts';
export * from './serialise/response.ts';
export { announcedLength } from './transfer/announced-length.ts';
export { checkNumber } from './transfer/check-options.ts';
export { chooseValidator } from './transfer/choose-validator.ts';
export type { Workshop } from './transfer/job.ts';
export * from './transfer/lost-bytes.ts';
export * from './transfer/options.ts';
export type { RestPlan } from './transfer/plan-attempt.ts';
export * from './transfer/record-pool.ts';
export * from './transfer/retry-schedule.ts';
export { bodyWorthKeeping, bytesWorthKeeping, revived } from './transfer/revive.ts';
export * from './transfer/track-upload.ts';
export * from './transfer/verify-integrity.ts';
