import { assert } from 'chai';
import { resource, uniqueKey } from '../../support/fetched.ts';
import { openScope, type TestScope } from '../../support/scope.ts';
import { valuesOf } from './idl.ts';

let scope: TestScope;
let ids = 0;

function held(): string {
  return resource(uniqueKey(), { hold: 1 });
}

/** Starts a background fetch with arguments of any types. */
function start(id: unknown, requests: unknown, ...rest: unknown[]): Promise<BackgroundFetchRegistration> {
  return scope.backgroundFetch.fetch(
    id as string,
    requests as string,
    ...(rest as [BackgroundFetchOptions?]),
  );
}

function startWith(options: unknown): Promise<BackgroundFetchRegistration> {
  return start(`id ${++ids}`, held(), options);
}

/** What a call rejected with; it must not throw. */
async function rejectionOf(call: () => Promise<unknown>): Promise<unknown> {
  const promise = call();
  return await promise.then(
    () => assert.fail('it resolved'),
    (error) => error,
  );
}

async function rejectsWithTypeError(call: () => Promise<unknown>): Promise<void> {
  assert.instanceOf(await rejectionOf(call), TypeError);
}

describe('the arguments of a manager', () => {
  before(async () => {
    scope = await openScope({ lasting: true });
  });
  after(() => scope.close());

  it('that are missing reject with a TypeError', async () => {
    const manager = scope.backgroundFetch as unknown as Record<
      string,
      (...args: unknown[]) => Promise<unknown>
    >;
    await rejectsWithTypeError(() => manager.fetch?.() ?? assert.fail());
    await rejectsWithTypeError(() => manager.fetch?.('id') ?? assert.fail());
    await rejectsWithTypeError(() => manager.get?.() ?? assert.fail());
  });

  it('id is converted to a string', async () => {
    assert.equal((await start(null, held())).id, 'null');
    assert.equal((await start(5, held())).id, '5');
    assert.equal((await start({ toString: () => 'text' }, held())).id, 'text');
    assert.equal((await scope.backgroundFetch.get(5 as unknown as string))?.id, '5');
  });

  it('id keeps a lone surrogate', async () => {
    assert.equal((await start('a\ud800b', held())).id, 'a\ud800b');
    assert.include(await scope.backgroundFetch.getIds(), 'a\ud800b');
  });

  it('id rejects what has no string', async () => {
    await rejectsWithTypeError(() => start(Symbol('id'), held()));
    await rejectsWithTypeError(() => scope.backgroundFetch.get(Symbol('id') as unknown as string));
    const error = new RangeError('mine');
    const throwing = {
      toString() {
        throw error;
      },
    };
    assert.equal(await rejectionOf(() => start(throwing, held())), error);
  });

  it('requests are a string, a URL, a Request, or any iterable of them', async () => {
    const urls = [held(), held(), held()] as const;
    async function* none() {}
    const generator = function* () {
      yield urls[0];
      yield new URL(urls[1]);
      yield new Request(urls[2]);
    };
    const given: readonly (readonly [requests: unknown, count: number])[] = [
      [urls[0], 1],
      [new URL(urls[0]), 1],
      [new Request(urls[0]), 1],
      [urls, 3],
      [new Set(urls), 3],
      [generator(), 3],
    ];
    for (const [requests, count] of given) {
      const registration = await start(`id ${++ids}`, requests);
      assert.lengthOf(await registration.matchAll(), count);
      await registration.abort();
    }
    // It has no iterator that is not asynchronous, so it is converted to a string.
    const [record] = await (await start(`id ${++ids}`, none())).matchAll();
    assert.include(record?.request.url, 'AsyncGenerator');
  });

  it('requests reject with what their iterator throws', async () => {
    const error = new RangeError('mine');
    const throwing = function* () {
      yield held();
      throw error;
    };
    assert.equal(await rejectionOf(() => start(`id ${++ids}`, throwing())), error);
  });

  it('requests may not hold a symbol', async () => {
    await rejectsWithTypeError(() => start(`id ${++ids}`, Symbol('request')));
    await rejectsWithTypeError(() => start(`id ${++ids}`, [held(), Symbol('request')]));
  });

  it('options may be undefined, null or a function, and no other primitive', async () => {
    for (const options of [undefined, null, () => {}]) {
      assert.equal((await startWith(options)).downloadTotal, 0);
    }
    for (const options of [5, 'text', true, Symbol('options')])
      await rejectsWithTypeError(() => startWith(options));
  });

  it('options are read in the order of Web IDL: inherited dictionaries first', async () => {
    const read: PropertyKey[] = [];
    await startWith(
      new Proxy(
        {},
        {
          get(_, key) {
            read.push(key);
            return undefined;
          },
        },
      ),
    );
    assert.deepEqual(read, ['icons', 'title', 'downloadTotal']);
  });

  const totals: [value: unknown, converted: number][] = [
    ['12', 12],
    [1.9, 1],
    [-0.5, 0],
    [null, 0],
    [undefined, 0],
    [true, 1],
    [[7], 7],
    [{ name: 'its valueOf() gives 8', valueOf: () => 8 }, 8],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 0],
    [-(2 ** 64) + 4096, 4096],
    [2 ** 64 + 8192, 8192],
  ];
  for (const [value, converted] of totals) {
    it(`downloadTotal of ${typeof value === 'object' ? JSON.stringify(value) : String(value)} is ${converted}`, async () => {
      const { downloadTotal } = await startWith({ downloadTotal: value });
      assert.isTrue(Object.is(downloadTotal, converted), `it is ${downloadTotal}`);
    });
  }

  it('downloadTotal may be neither a BigInt nor a symbol', async () => {
    await rejectsWithTypeError(() => startWith({ downloadTotal: 5n }));
    await rejectsWithTypeError(() => startWith({ downloadTotal: Symbol('total') }));
  });

  it('title has to have a string', async () => {
    await startWith({ title: 5 });
    await rejectsWithTypeError(() => startWith({ title: Symbol('title') }));
  });

  it('icons are any iterable of dictionaries', async () => {
    await startWith({ icons: [] });
    await startWith({
      icons: new Set([{ src: 'icon.png', sizes: '16x16', type: 'image/png', label: 'icon' }]),
    });
    for (const icons of [5, 'text', {}, null, [5], ['text']])
      await rejectsWithTypeError(() => startWith({ icons }));
  });

  it('icons need a src', async () => {
    for (const icon of [{}, null, undefined, { src: undefined }, { src: Symbol('src') }]) {
      await rejectsWithTypeError(() => startWith({ icons: [icon] }));
    }
  });

  it('members of icons are read in the order of Web IDL', async () => {
    const read: PropertyKey[] = [];
    const icon = new Proxy(
      {},
      {
        get(_, key) {
          read.push(key);
          return key === 'src' ? 'icon.png' : undefined;
        },
      },
    );
    await startWith({ icons: [icon] });
    assert.deepEqual(read, ['label', 'sizes', 'src', 'type']);
  });

  it('arguments are converted in their order, before anything is checked', async () => {
    const read: string[] = [];
    const id = {
      toString() {
        read.push('id');
        return `id ${++ids}`;
      },
    };
    const requests = {
      [Symbol.iterator]() {
        read.push('requests');
        return [].values();
      },
    };
    const options = {
      get title() {
        read.push('options');
        return undefined;
      },
    };
    await rejectsWithTypeError(() => start(id, requests, options));
    assert.deepEqual(read, ['id', 'requests', 'options']);
  });
});

describe('the arguments of a registration', () => {
  let registration: BackgroundFetchRegistration;
  const [one, other] = [1, 2].map((size) => resource('arguments', { hold: 1, size })) as [string, string];
  before(async () => {
    scope = await openScope({ lasting: true });
    registration = await start('held', [one, other]);
  });
  after(() => scope.close());

  const match = (...args: unknown[]) =>
    (registration.match as (...args: unknown[]) => Promise<unknown>).apply(registration, args);
  const matchAll = (...args: unknown[]) =>
    (registration.matchAll as (...args: unknown[]) => Promise<unknown[]>).apply(registration, args);

  it('match() needs one', async () => {
    await rejectsWithTypeError(() => match());
  });

  it('matchAll() without a request, or with undefined, gives all records', async () => {
    assert.lengthOf(await matchAll(), 2);
    assert.lengthOf(await matchAll(undefined), 2);
    assert.lengthOf(await matchAll(undefined, {}), 2);
  });

  it('match() and matchAll() convert null to a URL', async () => {
    assert.isUndefined(await match(null));
    assert.deepEqual(await matchAll(null), []);
  });

  it('a URL object is converted to a string', async () => {
    assert.lengthOf(await matchAll(new URL(other)), 1);
  });

  it('a request that is no URL, or has no string, rejects with a TypeError', async () => {
    for (const request of ['https://:bad/', Symbol('request')]) {
      await rejectsWithTypeError(() => match(request));
      await rejectsWithTypeError(() => matchAll(request));
    }
  });

  it('options may be undefined, null or an object, and nothing else', async () => {
    for (const options of [undefined, null, {}, () => {}]) assert.lengthOf(await matchAll(one, options), 1);
    for (const options of [5, 'text', true]) await rejectsWithTypeError(() => matchAll(one, options));
  });

  it('options are converted to booleans', async () => {
    assert.lengthOf(await matchAll(one, { ignoreSearch: 'yes' }), 2);
    assert.lengthOf(await matchAll(one, { ignoreSearch: '' }), 1);
  });
});

describe('the enumerations', () => {
  it('hold the results and failure reasons of registrations', async () => {
    scope = await openScope();
    const started = [
      await start('missing', resource(uniqueKey(), { status: 404 })),
      await start('there', resource(uniqueKey(), { size: 10 })),
    ];
    await scope.nextEvent('backgroundfetchsuccess');
    await scope.nextEvent('backgroundfetchfail');
    started.push(await start('held', held()));
    for (const { result, failureReason } of started) {
      assert.include(valuesOf('BackgroundFetchResult'), result);
      assert.include(valuesOf('BackgroundFetchFailureReason'), failureReason);
    }
  });
});
