import { StoreError } from '@background-fetch/core';
import { longestSilence } from './silence-watch.ts';

const quotaExceeded = 'QuotaExceededError';

/**
 * The error that the store's callers get for one of IndexedDB's. A lack of space has several names in Firefox:
 * docs/discoveries.md#firefox-names-of-a-full-disk
 */
export function toStoreError(error: unknown): Error {
  if (error instanceof StoreError) return error;
  const { name, message, code } = (error ?? {}) as DOMException;
  if (name === quotaExceeded && error instanceof DOMException) return error;
  const text = `${name}: ${message}`;
  return code === 22 || /quota|no.?device.?space/i.test(text)
    ? new DOMException(message, quotaExceeded)
    : new StoreError(`IndexedDB failed. ${text}`, { cause: error });
}

/** The error for a database that does not answer. */
export function silence(): StoreError {
  return new StoreError(
    `IndexedDB has not answered for ${longestSilence / 1000} s or more. Another tab may hold it up, or the browser has to be restarted; ` +
      'it is asked again the next time',
  );
}

/** Whether an error of `toStoreError` means that there is no space. */
export function isQuotaError(error: Error): boolean {
  return error.name === quotaExceeded;
}
