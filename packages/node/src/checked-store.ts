import { StoreError, type StoreTransaction } from '@background-fetch/core';
import type { EngineStore } from './engine-store.ts';

/** What a transaction notes at once: whether it can be done, the transaction says when it is committed. */
const putsAtOnce = [
  'putGeneration',
  'putFetch',
  'deleteFetch',
  'putRecord',
  'putRequestBody',
  'putBytes',
  'deleteBytes',
  'putEnding',
] as const satisfies readonly (keyof StoreTransaction)[];
const isPutAtOnce = (name: string | symbol): boolean => (putsAtOnce as readonly unknown[]).includes(name);

/**
 * A store of an app's, whose transactions refuse what the types can't: a `put…` that is `async`. Nobody waits for its promise, so
 * that what it could not put would be taken for stored.
 */
export function checkedStore(store: EngineStore): EngineStore {
  const write: EngineStore['write'] = (work) => store.write((transaction) => work(checked(transaction)));
  return new Proxy(store, { get: (target, name) => (name === 'write' ? write : memberOf(target, name)) });
}

function checked(transaction: StoreTransaction): StoreTransaction {
  return new Proxy(transaction, {
    get: (target, name) => {
      const member = memberOf(target, name);
      if (!isPutAtOnce(name) || typeof member !== 'function') return member;
      return (...values: unknown[]): void => requireNoPromise(String(name), member(...values));
    },
  });
}

/** Methods have their own object as `this`: that may have private members. */
function memberOf(target: object, name: string | symbol): unknown {
  const member: unknown = Reflect.get(target, name, target);
  return typeof member === 'function' ? member.bind(target) : member;
}

function requireNoPromise(name: string, returned: unknown): void {
  if (typeof Object(returned).then !== 'function') return;
  // what it comes to is of no use any more
  void Promise.resolve(returned).catch(() => {});
  throw new StoreError(
    `${name}() of the store returned a promise, for which nobody waits: it has to throw at once, or write() has to reject`,
  );
}
