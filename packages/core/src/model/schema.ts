/** Version of the stored rows. Raised whenever a row of the old form could be misread. */
export const schemaVersion = 1;

/** Thrown by a store for any failure other than a lack of space. */
export class StoreError extends Error {
  override readonly name: string = 'StoreError';
}

/** Thrown by code that meets rows of a newer schema than it knows; it must not touch them. */
export class NewerSchemaError extends StoreError {
  override readonly name = 'NewerSchemaError';
  constructor() {
    super('The stored background fetches are of a newer version: update the page and its service worker');
  }
}
