import type { StoredBackgroundFetch, StoredRecord, StoredRequest } from '@background-fetch/core';
import type { Guarded, isFetchRow, isRecordRow, isRequestRow } from '../../src/storage/row-shapes.ts';

// `tsc` checks this: a row of the core with a member, a state or a value that the guards do not know does not compile

/** All that a type consists of, in one form: what is optional may be undefined, too, and JSON does not tell. */
type Flat<T> = T extends readonly (infer Item)[]
  ? readonly Flat<Item>[]
  : T extends object
    ? { readonly [Name in keyof T]: Flat<Exclude<T[Name], undefined>> }
    : T;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** By state: two unions of the same may be written in several ways. */
type EachState<Row extends { readonly state: string }> = {
  [Name in Row['state']]: Row extends { readonly state: infer Own }
    ? Name extends Own
      ? Flat<Omit<Row, 'state'>>
      : never
    : never;
};

type Fetch = Guarded<typeof isFetchRow>;
type Record = Guarded<typeof isRecordRow>;
export const rowsAreThoseOfTheCore: [
  Same<EachState<Fetch>, EachState<StoredBackgroundFetch>>,
  Same<EachState<Record>, EachState<DistributiveOmit<StoredRecord, 'request'>>>,
  Same<Flat<Guarded<typeof isRequestRow>>, Flat<StoredRequest>>,
] = [true, true, true];

type DistributiveOmit<T, Name extends PropertyKey> = T extends unknown ? Omit<T, Name> : never;
