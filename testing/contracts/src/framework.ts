/** The part of a test framework that contracts need; mocha's and vitest's globals both fit. */
export interface TestFramework {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void> | void): unknown;
  beforeEach(body: () => Promise<void> | void): unknown;
  afterEach(body: () => Promise<void> | void): unknown;
}

/** The tests that contracts register, by their full titles: for a realm that has no framework of its own. */
export function collectTests(
  register: (framework: TestFramework) => void,
): ReadonlyMap<string, () => Promise<void>> {
  const tests = new Map<string, () => Promise<void>>();
  const titles: string[] = [];
  const before: (() => Promise<void> | void)[][] = [];
  const after: (() => Promise<void> | void)[][] = [];
  register({
    describe(name, body) {
      titles.push(name);
      before.push([]);
      after.push([]);
      body();
      for (const stack of [titles, before, after]) stack.pop();
    },
    beforeEach: (body) => void before.at(-1)?.push(body),
    afterEach: (body) => void after.at(-1)?.push(body),
    it(name, body) {
      const [first, last] = [[...before], [...after].reverse()];
      tests.set([...titles, name].join(' › '), async () => {
        for (const prepare of first.flat()) await prepare();
        try {
          await body();
        } finally {
          for (const clean of last.flat()) await clean();
        }
      });
    },
  });
  return tests;
}

/** What a promise rejected with. Fails if it resolved. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`Expected a rejection, but the promise resolved with ${String(value)}`);
}

/** A promise with its resolvers. */
export function deferred<T = void>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((keep, breakIt) => {
    resolve = keep;
    reject = breakIt;
  });
  return { promise, resolve, reject };
}
