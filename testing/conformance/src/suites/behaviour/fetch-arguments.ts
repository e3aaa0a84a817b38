import { install } from 'background-fetch/ponyfill';
import { assert } from 'chai';
import { settled, uniqueKey } from '../../support/fetched.ts';
import { NotApplicable, unsupported } from '../../support/host.ts';
import {
  assertDOMException,
  assertTypeError,
  heldUrl,
  logOf,
  newResource,
  newUpload,
  rejectionOf,
  start,
  uploadsOf,
  useHeldScope,
  useScope,
} from './given.ts';

/** An address of this origin: Request knows no base URL in Node. */
const here = (path: string): string => new URL(path, location.href).href;

describe('The checks of fetch()', () => {
  const scope = useScope();
  const fetch = (requests: RequestInfo | RequestInfo[], options = {}) => start(scope(), requests, options);

  it('refuses an empty list of requests', async () => {
    await assertTypeError(fetch([]), 'empty');
  });

  it('refuse a request whose body was used, and name its URL', async () => {
    const request = new Request(here('/used'), { method: 'POST', body: 'once' });
    await request.text();
    await assertTypeError(fetch([request]), request.url, 'used');
  });

  it('look for used bodies before they look at URLs', async () => {
    const request = new Request(here('/used-first'), { method: 'POST', body: 'once' });
    await request.text();
    await assertTypeError(fetch(['https://:invalid/', request]), request.url);
  });

  it('refuse an invalid URL, and name it', async () => {
    await assertTypeError(fetch(['/fine', 'https://:invalid/']), 'https://:invalid/');
  });

  it('refuse the mode no-cors, and name URL and mode', async () => {
    const request = new Request(here('/opaque'), { mode: 'no-cors' });
    await assertTypeError(fetch(request), request.url, 'no-cors');
  });

  it('refuse credentials in a URL', async () => {
    await assertTypeError(fetch('https://user:secret@example.test/'), 'example.test', 'credentials');
  });

  for (const url of ['ftp://example.test/a', 'data:text/plain,a', 'about:blank']) {
    it(`refuse the scheme of ${url}`, async () => {
      await assertTypeError(fetch(url), url, new URL(url).protocol);
    });
  }

  it('refuse a blob: URL', async () => {
    const url = URL.createObjectURL(new Blob(['bytes']));
    await assertTypeError(fetch(url), url, 'blob:');
    URL.revokeObjectURL(url);
  });

  for (const port of [25, 6000, 10080]) {
    it(`refuse port ${port}, which the Fetch standard blocks`, async () => {
      await assertTypeError(fetch(`https://example.test:${port}/`), `:${port}`, `${port} is blocked`);
    });
  }

  it('refuse a URL that dangling markup has left', async () => {
    await assertTypeError(fetch('/images?\n<p>secret'), '/images?', 'markup');
  });

  it('allow a line break alone, and "<" alone, in a URL', async () => {
    const [broken, angled] = [newResource(), newResource()];
    const registration = await fetch([broken.url.replace('?', '\n?'), `${angled.url}&_x=<`]);
    assert.equal(await registration.abort(), true);
  });

  it('leave the bodies of all requests alone if one of them is refused', async () => {
    const upload = new Request(here('/upload'), { method: 'POST', body: 'kept' });
    await assertTypeError(fetch([upload, new Request(here('/x'), { mode: 'no-cors' })]), 'no-cors');
    assert.equal(upload.bodyUsed, false);
  });

  it('leave no background fetch behind when they refuse one', async () => {
    const id = uniqueKey('refused');
    await assertTypeError(scope().backgroundFetch.fetch(id, ['/fine', 'ftp://example.test/']));
    assert.notInclude(await scope().backgroundFetch.getIds(), id);
    assert.equal(await scope().backgroundFetch.get(id), undefined);
  });

  it('refuse an id that is active', async () => {
    const id = uniqueKey('taken');
    const first = await scope().backgroundFetch.fetch(id, heldUrl());
    await assertTypeError(scope().backgroundFetch.fetch(id, newResource().url), id, 'active');
    assert.equal(await scope().backgroundFetch.get(id), first);
    await first.abort();
  });

  it('let one of two simultaneous fetches with the same id through', async () => {
    const id = uniqueKey('race');
    const start = () => scope().backgroundFetch.fetch(id, heldUrl());
    const outcomes = await Promise.allSettled([start(), start()]);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    await (await scope().backgroundFetch.get(id))?.abort();
  });

  it('allow an id again once its fetch was aborted', async () => {
    const id = uniqueKey('again');
    const start = () => scope().backgroundFetch.fetch(id, heldUrl());
    const first = await start();
    await first.abort();
    const second = await start();
    assert.notEqual(second, first);
    await second.abort();
  });

  it('refuse a request whose body fails while it is read', async () => {
    const stream = new ReadableStream({
      pull(controller) {
        controller.error(new Error('The file went away'));
      },
    });
    const init = { method: 'POST', body: stream, duplex: 'half' } as RequestInit;
    const request = new Request(here('/broken-upload'), init);
    if (request.headers.has('content-type')) throw new NotApplicable('a stream as request body becomes text');
    await assertTypeError(fetch(request), request.url, 'could not be read');
  });

  it('refuse a downloadTotal for which there is no room', async () => {
    if (!navigator.storage?.estimate) throw new NotApplicable('the engine does not tell its quota');
    const downloadTotal = Number.MAX_SAFE_INTEGER;
    await assertDOMException(fetch(newResource().url, { downloadTotal }), 'QuotaExceededError');
  });

  it('refuse it with the engine’s interface for that, where it has one', async () => {
    if (!navigator.storage?.estimate) throw new NotApplicable('the engine does not tell its quota');
    const { QuotaExceededError } = globalThis as { QuotaExceededError?: new () => DOMException };
    if (!QuotaExceededError) throw new NotApplicable('the engine has no interface QuotaExceededError');
    const downloadTotal = Number.MAX_SAFE_INTEGER;
    const error = await rejectionOf(fetch(newResource().url, { downloadTotal }));
    assert.instanceOf(error, QuotaExceededError);
  });

  it('refuse integrity where the worker does not import what checks it', async () => {
    unsupported(['native'], 'the browser checks it itself');
    unsupported(['node'], 'Node has what checks it');
    const integrity = `sha256-${'A'.repeat(43)}=`;
    await assertDOMException(fetch(new Request(newResource().url, { integrity })), 'NotSupportedError');
  });

  it('refuse what a start policy denies', async () => {
    unsupported(['native', 'node'], 'the policy is the polyfill’s');
    const denied = uniqueKey('denied');
    const asked: string[] = [];
    const startPolicy = (id: string) => {
      asked.push(id);
      return 'deny' as const;
    };
    const restore = install({ startPolicy });
    try {
      await assertDOMException(scope().backgroundFetch.fetch(denied, newResource().url), 'NotAllowedError');
      assert.deepEqual(asked, [denied]);
    } finally {
      restore();
    }
  });

  it('are those of the policy before, once the one that denies is taken back', async () => {
    unsupported(['native', 'node'], 'the policy is the polyfill’s');
    install({ startPolicy: () => 'deny' })();
    const registration = await fetch(newResource().url);
    assert.equal(registration.result, '');
  });

  it('come before the policy: an invalid request of a denied fetch is a TypeError', async () => {
    unsupported(['native', 'node'], 'the policy is the polyfill’s');
    const restore = install({ startPolicy: () => 'deny' });
    try {
      await assertTypeError(fetch('ftp://example.test/'));
    } finally {
      restore();
    }
  });
});

describe('A Request of another kind than this realm’s', () => {
  const scope = useScope();

  /** Requests of a frame, and of before the app put its own class in the place of `Request`. */
  const makers: Record<string, (url: string, init?: RequestInit) => Request> = {
    'of a frame': (url, init) => {
      const frame = document.createElement('iframe');
      document.body.append(frame);
      const { Request } = frame.contentWindow as unknown as typeof globalThis;
      open = frame;
      return new Request(url, init);
    },
    'of a class that says otherwise': (url, init) =>
      new (class extends Request {
        override get url(): string {
          return here('/fine');
        }
        override get mode(): RequestMode {
          return 'cors';
        }
      })(url, init),
    'made before the app wrapped Request': (url, init) => {
      const { Request } = globalThis;
      const request = new Request(url, init);
      globalThis.Request = class extends Request {};
      wrapped = Request;
      return request;
    },
  };
  let open: HTMLIFrameElement | undefined;
  let wrapped: typeof Request | undefined;
  afterEach(() => {
    open?.remove();
    open = undefined;
    if (wrapped) globalThis.Request = wrapped;
    wrapped = undefined;
  });

  for (const [kind, make] of Object.entries(makers)) {
    it(`${kind} is checked by its mode`, async () => {
      await assertTypeError(start(scope(), make(here('/opaque'), { mode: 'no-cors' })), 'no-cors');
    });

    it(`${kind} is checked by its URL`, async () => {
      await assertTypeError(start(scope(), make('ftp://example.test/a')), 'ftp:');
    });

    it(`${kind} is checked by its body`, async () => {
      const request = make(here('/used'), { method: 'POST', body: 'once' });
      await request.text();
      await assertTypeError(start(scope(), request), 'used');
    });

    it(`${kind} is fetched as it is`, async () => {
      const upload = newUpload();
      const registration = await settled(
        await start(scope(), make(upload.url, { method: 'POST', body: 'once' })),
      );
      assert.equal(registration.result, 'success');
      assert.deepEqual(
        (await uploadsOf(upload)).map(({ text, size }) => [text, size]),
        [['once', 4]],
      );
    });
  }

  it('has the global Request for a constructor, if it is of this realm', () => {
    assert.equal(new Request(here('/')).constructor, Request);
  });
});

describe('An http: URL of another host', () => {
  const scope = useHeldScope();

  it('fails as a fetch-error without being asked for, and the other records can be read', async () => {
    unsupported(['node'], 'Node asks for it: a process has no page whose contents http: would mix with');
    const file = newResource();
    // another name for the server of this page, by which it is no host of this machine
    const mixed = newResource({ cors: 'exposed' }, `http://[::ffff:127.0.0.1]:${location.port}`);
    const upload = newUpload({ cors: 'exposed' }, new URL(mixed.url).origin);
    const registration = await settled(
      await start(scope(), [file.url, mixed.url, new Request(upload.url, { method: 'POST', body: 'once' })]),
    );
    assert.include(registration, { result: 'failure', failureReason: 'fetch-error' });
    const response = await (await registration.match(file.url))?.responseReady;
    assert.equal((await response?.arrayBuffer())?.byteLength, file.size);
    await rejectionOf((await registration.match(mixed.url))?.responseReady ?? Promise.resolve());
    assert.isEmpty([...(await logOf(mixed)), ...(await logOf(upload))]);
  });
});
