export { checkpointOptions } from './checkpoint-options.ts';
export { DamagedStoreError, NewerStoreError } from './errors.ts';
export type { NodeStore } from './node-store.ts';
export { openStore } from './open-store.ts';
export { fileOfRequestBody } from './request-bodies.ts';
