import { NewerSchemaError, StoreError } from '@background-fetch/core';
import { describe, expect, it } from 'vitest';
import { toStoreError } from '../../src/storage/errors.ts';

describe("the store's error for one of IndexedDB's", () => {
  it.each([
    ['the usual name', new DOMException('Full', 'QuotaExceededError')],
    ['a name of its own class', Object.assign(new Error('Full'), { name: 'QuotaExceededError' })],
    ['the code of old', Object.assign(new Error('Full'), { name: 'Other', code: 22 })],
    ['Firefox, out of quota', Object.assign(new Error(), { name: 'NS_ERROR_DOM_INDEXEDDB_QUOTA_ERR' })],
    ['Firefox, disk full', Object.assign(new Error(), { name: 'NS_ERROR_FILE_NO_DEVICE_SPACE' })],
    ['an abort that tells its reason', new DOMException('Quota exceeded', 'AbortError')],
  ])('is a QuotaExceededError for a lack of space: %s', (_, error) => {
    const converted = toStoreError(error);
    expect(converted).toBeInstanceOf(DOMException);
    expect(converted.name).toBe('QuotaExceededError');
  });

  it.each([new DOMException('', 'UnknownError'), new DOMException('Aborted', 'AbortError'), null])(
    'is a StoreError with its cause for anything else: %s',
    (error) => {
      const converted = toStoreError(error);
      expect(converted).toBeInstanceOf(StoreError);
      expect(converted.cause).toBe(error);
    },
  );

  it('is the same where it is the store’s already', () => {
    for (const error of [new StoreError('failed'), new NewerSchemaError()]) {
      expect(toStoreError(error)).toBe(error);
    }
  });
});
