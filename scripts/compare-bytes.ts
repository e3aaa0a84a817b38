import { expect } from 'vitest';

/** Compares bytes as bytes: element by element, as any other list, a megabyte takes a second. */
expect.addEqualityTesters([
  (a: unknown, b: unknown): boolean | undefined => {
    if (!(a instanceof Uint8Array && b instanceof Uint8Array)) return undefined;
    // what differs in its kind alone is for the matcher to judge
    if (a.constructor !== b.constructor) return undefined;
    return Buffer.compare(a, b) === 0;
  },
]);
