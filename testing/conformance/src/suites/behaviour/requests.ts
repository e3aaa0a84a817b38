import { assert } from 'chai';
import { settled, sha256 } from '../../support/fetched.ts';
import { host, NotApplicable, noOrigin, unsupported } from '../../support/host.ts';
import {
  finish,
  firstRecord,
  logOf,
  newResource,
  newUpload,
  release,
  stalled,
  start,
  uploadsOf,
  useHeldScope,
} from './given.ts';

/** What the server got of the only request for a key. */
async function received({ key }: { readonly key: string }): Promise<Record<string, string | undefined>> {
  // but for a browser's look whether the server is there
  const [only, ...others] = (await logOf({ key })).filter(({ method }) => method !== 'HEAD');
  assert.isEmpty(others);
  return only?.headers as Record<string, string | undefined>;
}

describe('A request', () => {
  const scope = useHeldScope();

  /** Asserts that the record's request has these fields while it is in flight, and after it has settled. */
  async function assertKept(
    request: Request,
    fields: Partial<Request>,
  ): Promise<BackgroundFetchRegistration> {
    const registration = await start(scope(), request);
    assert.include((await firstRecord(registration)).request, fields);
    await settled(registration);
    assert.include((await firstRecord(registration)).request, fields);
    return registration;
  }

  it('is a GET with the defaults of the Request constructor if it is given as a URL', async () => {
    const file = newResource();
    const registration = await finish(scope(), file.url);
    const { request } = await firstRecord(registration);
    const { mode, credentials, cache, redirect, integrity } = new Request(file.url);
    assert.include(request, { method: 'GET', url: file.url, mode, credentials, cache, redirect, integrity });
    assert.isEmpty([...request.headers]);
  });

  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'QUERY']) {
    it(`keeps the method ${method}`, async () => {
      const upload = newUpload();
      await assertKept(new Request(upload.url, { method }), { method, url: upload.url });
      // a browser asks with HEAD whether the server is there before it sends what is sent once
      const methods = (await logOf(upload)).map((entry) => entry.method);
      assert.equal(methods.at(-1), method);
      assert.lengthOf(
        methods.filter((one) => one !== 'HEAD'),
        method === 'HEAD' ? 0 : 1,
      );
    });
  }

  it('keeps its headers, in the server’s eyes and in the record’s', async () => {
    const file = newResource();
    const headers = { 'x-one': '1', 'x-list': 'a, b', accept: 'text/x-test', 'accept-language': 'tlh' };
    const registration = await finish(scope(), new Request(file.url, { headers }));
    const { request } = await firstRecord(registration);
    assert.deepEqual(Object.fromEntries(request.headers), headers);
    assert.include(await received(file), headers);
  });

  it('keeps the fragment in the record', async () => {
    const file = newResource();
    await assertKept(new Request(`${file.url}#part`), { url: `${file.url}#part` });
  });

  for (const mode of ['same-origin', 'cors'] as const) {
    it(`keeps the mode ${mode}`, async () => {
      const file = newResource();
      await assertKept(new Request(file.url, { mode }), { mode });
      const sent = (await received(file))['sec-fetch-mode'];
      if (sent !== undefined) assert.equal(sent, mode);
    });
  }

  it('of the mode same-origin is not sent to another origin', async () => {
    unsupported(['node'], noOrigin);
    const file = newResource({ cors: 'simple' }, host.crossOrigin);
    const registration = await finish(scope(), new Request(file.url, { mode: 'same-origin' }));
    assert.equal(registration.failureReason, 'fetch-error');
    assert.isEmpty(await logOf(file));
  });

  it('carries cookies or not, as its credentials mode says', async () => {
    // biome-ignore lint/suspicious/noDocumentCookie: not every engine has a cookie store
    document.cookie = 'conformance=yes; path=/';
    for (const credentials of ['include', 'same-origin', 'omit'] as const) {
      const file = newResource();
      await assertKept(new Request(file.url, { credentials }), { credentials });
      const cookie = (await received(file)).cookie ?? '';
      assert.equal(cookie.includes('conformance=yes'), credentials !== 'omit', credentials);
    }
  });

  for (const cache of ['no-store', 'reload', 'no-cache', 'force-cache', 'default'] as const) {
    it(`keeps the cache mode ${cache}`, async () => {
      const file = newResource();
      await assertKept(new Request(file.url, { cache }), { cache });
      const control = (await received(file))['cache-control'] ?? '';
      const wanted = { 'no-store': 'no-cache', reload: 'no-cache', 'no-cache': 'max-age=0' } as const;
      assert.equal(control, cache in wanted ? wanted[cache as keyof typeof wanted] : '');
    });
  }

  for (const redirect of ['follow', 'error', 'manual'] as const) {
    it(`keeps the redirect mode ${redirect}`, async () => {
      await assertKept(new Request(newResource().url, { redirect }), { redirect });
    });
  }

  it('has the document that called fetch() for a referrer by default', async () => {
    const file = newResource();
    const registration = await finish(scope(), file.url);
    assert.equal((await firstRecord(registration)).request.referrer, location.href);
    assert.equal((await received(file)).referer, location.href);
  });

  it('keeps a referrer of its own', async () => {
    const file = newResource();
    const referrer = new URL('/somewhere/else', location.href).href;
    await assertKept(new Request(file.url, { referrer }), { referrer });
    assert.equal((await received(file)).referer, referrer);
  });

  it('keeps having no referrer', async () => {
    const file = newResource();
    await assertKept(new Request(file.url, { referrer: '' }), { referrer: '' });
    assert.isUndefined((await received(file)).referer);
  });

  const policies = { 'no-referrer': undefined, origin: `${location.origin}/`, 'unsafe-url': location.href };
  for (const [policy, referer] of Object.entries(policies)) {
    it(`keeps the referrer policy ${policy}`, async () => {
      const file = newResource();
      const referrerPolicy = policy as ReferrerPolicy;
      await assertKept(new Request(file.url, { referrerPolicy }), { referrerPolicy });
      assert.equal((await received(file)).referer, referer);
    });
  }

  it('is taken over with its body: the one given is used from then on', async () => {
    const request = new Request(newUpload().url, { method: 'POST', body: 'mine' });
    const registration = await start(scope(), request);
    assert.isTrue(request.bodyUsed);
    await settled(registration);
  });

  it('is sent by the engine itself: the worker’s own fetch listeners don’t see it', async () => {
    const file = newResource();
    await finish(scope(), file.url);
    assert.notInclude(await scope().run(() => testWorker.fetched), file.url);
  });
});

describe('A request body', () => {
  const scope = useHeldScope();
  const bytes = new Uint8Array([0, 1, 2, 253, 254, 255, 0, 13, 10]);
  const bodies: Readonly<Record<string, () => BodyInit>> = {
    string: () => 'Grüße, 👋',
    'empty string': () => '',
    ArrayBuffer: () => bytes.slice().buffer,
    'typed array': () => bytes,
    'view of a part of a buffer': () => new DataView(bytes.buffer, 2, 4),
    Blob: () => new Blob([bytes], { type: 'Application/X-Blob' }),
    File: () => new File([bytes], 'kept.bin', { type: 'image/x-test' }),
    URLSearchParams: () => new URLSearchParams({ a: 'b c', d: 'é&=' }),
    'Blob of 5 MB': () => new Blob([new Uint8Array(5_000_000).fill(7)]),
  };

  for (const [kind, make] of Object.entries(bodies)) {
    it(`that is a ${kind} arrives as it is, and stays in the record`, async () => {
      const upload = newUpload();
      const init = { method: 'POST', body: make() };
      const contentType = new Request(upload.url, init).headers.get('content-type');
      const expected = await sha256(await new Response(make()).arrayBuffer());
      const registration = await start(scope(), new Request(upload.url, init));
      const { request: early } = await firstRecord(registration);
      assert.equal(await sha256(await early.arrayBuffer()), expected);
      await settled(registration);
      const { request } = await firstRecord(registration);
      assert.equal(request.headers.get('content-type'), contentType);
      assert.equal(await sha256(await request.arrayBuffer()), expected);
      const [arrived] = await uploadsOf(upload);
      assert.equal(arrived?.sha256, expected);
      assert.equal(arrived?.headers['content-type'] ?? null, contentType);
    });
  }

  it('that is a form may be made with an object of a class', async () => {
    class Upload {
      readonly body = new FormData();
      readonly #method = 'PUT';
      get method(): string {
        return this.#method;
      }
    }
    assert.equal(new Request(newUpload().url, new Upload()).method, 'PUT');
  });

  it('that is a form keeps its boundary, upper case letters included, and its files', async () => {
    const upload = newUpload();
    const body = new FormData();
    body.set('text', 'Grüße\r\n');
    body.set('file', new File([bytes], 'ünïcode name.bin', { type: 'image/x-test' }));
    const request = new Request(upload.url, { method: 'POST', body });
    const given = request.headers.get('content-type') ?? '';
    const registration = await finish(scope(), request);
    const kept = (await firstRecord(registration)).request;
    assert.equal(kept.headers.get('content-type'), given);
    const form = await kept.formData();
    assert.equal(form.get('text'), 'Grüße\r\n');
    const file = form.get('file') as File;
    assert.include(file, { name: 'ünïcode name.bin', type: 'image/x-test', size: bytes.length });
    const [arrived] = await uploadsOf(upload);
    assert.equal(arrived?.headers['content-type'], given);
    const boundary = given.split('boundary=')[1];
    assert.isTrue(arrived?.text?.startsWith(`--${boundary}\r\n`), 'the body begins with the boundary');
    assert.isTrue(arrived?.text?.endsWith(`--${boundary}--\r\n`), 'the body ends with the boundary');
  });

  it('keeps a content type that the author has set, letter case included', async () => {
    const upload = newUpload();
    const headers = { 'content-type': 'Multipart/Form-Data; boundary=AbCdEf' };
    const body = new Blob(['--AbCdEf--\r\n'], { type: 'text/other' });
    const registration = await finish(scope(), new Request(upload.url, { method: 'PUT', body, headers }));
    const { request } = await firstRecord(registration);
    assert.equal(request.headers.get('content-type'), headers['content-type']);
    const [arrived] = await uploadsOf(upload);
    assert.equal(arrived?.headers['content-type'], headers['content-type']);
  });

  it('that is a stream is read to its end before fetch() resolves', async () => {
    const upload = newUpload({ hold: 1 });
    const parts = ['one ', 'two ', 'three'];
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const part = parts.shift();
        if (part === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(part));
      },
    });
    const request = new Request(upload.url, { method: 'POST', body, duplex: 'half' } as RequestInit);
    if (request.headers.has('content-type')) throw new NotApplicable('a stream as request body becomes text');
    const registration = await start(scope(), request);
    assert.isEmpty(parts);
    assert.equal(registration.uploadTotal, 13);
    await stalled(upload);
    await release(upload);
    await settled(registration);
    assert.equal(await (await firstRecord(registration)).request.text(), 'one two three');
    const [arrived] = await uploadsOf(upload);
    assert.equal(arrived?.size, 13);
  });

  it('of several requests each goes where it belongs', async () => {
    const uploads = Array.from({ length: 8 }, () => newUpload());
    const requests = uploads.map(
      ({ url }, index) => new Request(url, { method: 'POST', body: `body ${index}` }),
    );
    await finish(scope(), requests);
    for (const [index, upload] of uploads.entries()) {
      const [arrived] = await uploadsOf(upload);
      assert.equal(arrived?.text, `body ${index}`);
    }
  });
});
