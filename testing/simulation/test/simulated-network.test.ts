import {
  type NetworkRequest,
  type NetworkResponse,
  noRetries,
  type StoredRequest,
} from '@background-fetch/core';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  contentBytes,
  SimulatedClock,
  SimulatedConnectivity,
  SimulatedNetwork,
  seededRandom,
} from '../src/index.ts';

const url = 'https://app.test/film.mp4';

let clock: SimulatedClock;
let connectivity: SimulatedConnectivity;
let network: SimulatedNetwork;

beforeEach(() => {
  clock = new SimulatedClock();
  connectivity = new SimulatedConnectivity();
  network = new SimulatedNetwork({ clock, connectivity, random: seededRandom('network') });
});

function get(headers: Record<string, string> = {}, differing: Partial<StoredRequest> = {}): NetworkRequest {
  const request: StoredRequest = {
    url,
    method: 'GET',
    headers: [],
    mode: 'cors',
    credentials: 'same-origin',
    cache: 'default',
    redirect: 'follow',
    referrer: '',
    referrerPolicy: '',
    integrity: '',
    hasBody: false,
    ...differing,
  };
  const { signal } = new AbortController();
  return { id: 'film', retries: noRetries, request, body: null, headers, fresh: false, signal };
}

/** Whether it has settled once all that can happen without time passing has happened. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  promise.then(
    () => (pending = false),
    () => (pending = false),
  );
  await clock.settle();
  return pending;
}

function fetched(request: NetworkRequest): Promise<NetworkResponse> {
  return clock.runUntil(network.fetch(request));
}

function header({ head }: NetworkResponse, name: string): string | undefined {
  return head.headers.find(([other]) => other === name)?.[1];
}

function bodyOf({ body }: NetworkResponse): Promise<Uint8Array> {
  return clock
    .runUntil(new Response(body as ReadableStream).arrayBuffer())
    .then((buffer) => new Uint8Array(buffer));
}

describe('the simulated network', () => {
  it('gives the whole resource, in virtual time', async () => {
    network.serve(url, { size: 200_000, chunkInterval: 100 });
    const start = clock.now();
    const response = await fetched(get());
    expect(response.head.status).toBe(200);
    expect(header(response, 'content-length')).toBe('200000');
    expect(await bodyOf(response)).toEqual(contentBytes(url, 0, 0, 200_000));
    expect(clock.now() - start).toBe(20 + 5 * 100);
  });

  it.each([
    ['bytes=10-', 10, 1000],
    ['bytes=10-19', 10, 20],
    ['bytes=990-5000', 990, 1000],
    ['bytes=-5', 995, 1000],
  ])('gives the range %s', async (range, start, end) => {
    network.serve(url, { size: 1000 });
    const response = await fetched(get({ Range: range }));
    expect(response.head.status).toBe(206);
    expect(header(response, 'content-range')).toBe(`bytes ${start}-${end - 1}/1000`);
    expect(await bodyOf(response)).toEqual(contentBytes(url, 0, start, end));
  });

  it('refuses a range beyond the end', async () => {
    network.serve(url, { size: 1000 });
    const response = await fetched(get({ Range: 'bytes=1000-' }));
    expect([response.head.status, header(response, 'content-range')]).toEqual([416, 'bytes */1000']);
  });

  it('gives a range under If-Range for the same strong ETag only', async () => {
    const resource = network.serve(url, { size: 1000 });
    const resume = get({ Range: 'bytes=10-', 'If-Range': '"version-0"' });
    expect((await fetched(resume)).head.status).toBe(206);
    resource.version = 1;
    expect((await fetched(resume)).head.status).toBe(200);
    Object.assign(resource, { version: 0, etag: 'weak' });
    expect((await fetched(resume)).head.status).toBe(200);
  });

  it('has other bytes, ETag and date for another version', async () => {
    const resource = network.serve(url, { size: 100, lastModified: 0 });
    const first = await fetched(get());
    resource.version = 1;
    const second = await fetched(get());
    for (const name of ['etag', 'last-modified']) expect(header(first, name)).not.toBe(header(second, name));
    expect(await bodyOf(first)).not.toEqual(await bodyOf(second));
  });

  it('cuts a body at a byte, with an error or cleanly as the host does', async () => {
    network.serve(url, { size: 1000, chunkSize: 64 });
    network.plan(url, { kind: 'cut', after: 100 });
    const cut = await fetched(get());
    await expect(bodyOf(cut)).rejects.toThrow(TypeError);

    const quiet = new SimulatedNetwork({ clock, random: seededRandom(1), signalsTruncation: false });
    quiet.serve(url, { size: 1000 });
    quiet.plan(url, { kind: 'cut', after: 100 }, null);
    expect(await bodyOf(await clock.runUntil(quiet.fetch(get())))).toHaveLength(100);
    expect(await bodyOf(await clock.runUntil(quiet.fetch(get())))).toHaveLength(1000);
  });

  it('fails with the reason of its signal, before the head and within the body', async () => {
    network.serve(url, { size: 1_000_000 });
    const reason = new Error('paused');
    const [early, late] = [new AbortController(), new AbortController()];
    const never = network.fetch({ ...get(), signal: early.signal });
    early.abort(reason);
    await expect(never).rejects.toBe(reason);
    const response = await fetched({ ...get(), signal: late.signal });
    const reading = bodyOf(response);
    late.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });

  it('breaks with the connection', async () => {
    network.serve(url, { size: 1_000_000 });
    const response = await fetched(get());
    connectivity.setOnline(false);
    await expect(bodyOf(response)).rejects.toThrow(TypeError);
    await expect(fetched(get())).rejects.toThrow(TypeError);
  });

  it('gives a stalled body until it is aborted', async () => {
    network.serve(url, { size: 1000 });
    network.plan(url, { kind: 'stalled', after: 10 });
    await expect(bodyOf(await fetched(get()))).rejects.toThrow('idle');
  });

  it('follows redirects as the request wants', async () => {
    network.serve(url, { redirectTo: '/other' });
    network.serve('https://app.test/other', { size: 10 });
    expect((await fetched(get())).head).toMatchObject({ url: 'https://app.test/other', redirected: true });
    expect((await fetched(get({}, { redirect: 'manual' }))).head.type).toBe('opaqueredirect');
    await expect(fetched(get({}, { redirect: 'error' }))).rejects.toThrow(TypeError);
  });

  it('gives 404 where there is nothing, and null bodies to HEAD', async () => {
    expect((await fetched(get())).head.status).toBe(404);
    network.serve(url, { size: 10 });
    expect((await fetched(get({}, { method: 'HEAD' }))).body).toBeNull();
  });
});

describe('connections to one origin', () => {
  const other = 'https://cdn.test/film.mp4';

  beforeEach(() => {
    network = new SimulatedNetwork({ clock, random: seededRandom(1), connectionLimit: 2 });
    for (const place of [url, other]) network.serve(place, { size: 1000, chunkSize: 1000, latency: 0 });
  });

  it('are few: a request waits until a body has ended', async () => {
    const [first] = [await fetched(get()), await fetched(get())];
    const third = network.fetch(get());
    await clock.advance(60_000);
    expect(await isPending(third)).toBe(true);
    expect(network.requests).toHaveLength(2);
    expect(await bodyOf(first)).toHaveLength(1000);
    expect((await clock.runUntil(third)).head.status).toBe(200);
  });

  it('are those of that origin alone', async () => {
    for (const _ of [1, 2]) await fetched(get());
    expect((await fetched(get({}, { url: other }))).head.status).toBe(200);
  });

  it('are free when a body is cancelled, when one is aborted, and after a response without one', async () => {
    const abort = new AbortController();
    const cancelled = await fetched(get());
    await fetched({ ...get(), signal: abort.signal });
    const [third, fourth] = [network.fetch(get({}, { method: 'HEAD' })), network.fetch(get())];
    await cancelled.body?.cancel();
    expect((await clock.runUntil(third)).body).toBeNull();
    expect((await clock.runUntil(fourth)).head.status).toBe(200);
    abort.abort();
    expect((await fetched(get())).head.status).toBe(200);
  });

  it('are given in the order of asking, and not to who has gone', async () => {
    const held = [await fetched(get()), await fetched(get())];
    const reason = new Error('paused');
    const abort = new AbortController();
    const gone = network.fetch({ ...get(), signal: abort.signal });
    const [next, last] = [network.fetch(get()), network.fetch(get())];
    abort.abort(reason);
    await expect(gone).rejects.toBe(reason);
    await held[0]?.body?.cancel();
    await clock.runUntil(next);
    expect(await isPending(last)).toBe(true);
  });

  it('are held by the page, too', async () => {
    void network.visit(url, 5000);
    void network.visit(url, 9000);
    const start = clock.now();
    await fetched(get());
    expect(clock.now() - start).toBe(5000);
  });

  it('are taken at each origin in turn by a request that is redirected', async () => {
    network.serve(url, { redirectTo: other, latency: 0 });
    for (const _ of [1, 2]) await fetched(get());
    const third = network.fetch(get());
    await clock.advance(1000);
    expect(await isPending(third)).toBe(true);
    expect(network.requests.filter((seen) => seen.url === url)).toHaveLength(3);
    expect((await fetched(get({}, { redirect: 'manual' }))).head.type).toBe('opaqueredirect');
  });

  it('end with the life of who has them', async () => {
    const life = new AbortController();
    for (const _ of [1, 2]) await clock.runUntil(network.fetch(get(), life.signal));
    const third = network.fetch(get());
    await clock.advance(1000);
    expect(await isPending(third)).toBe(true);
    life.abort();
    expect((await clock.runUntil(third)).head.status).toBe(200);
  });

  it('count little where many requests share one', async () => {
    network.multiplexed = true;
    const many = await Promise.all(Array.from({ length: 20 }, () => fetched(get())));
    expect(many.every(({ multiplexed }) => multiplexed)).toBe(true);
  });
});

describe('a host that bears one request at a time', () => {
  const status = async (request = get()): Promise<number> => (await fetched(request)).head.status;

  beforeEach(() => {
    network.serve(url, { size: 1000, latency: 0 });
    Object.assign(network.origin(url), { bears: 1 });
  });

  it('refuses another by a status', async () => {
    const refusal = { status: 429, headers: [['retry-after', '2']] };
    Object.assign(network.origin(url), { refusal });
    const first = await fetched(get());
    const second = await fetched(get());
    expect([second.head.status, header(second, 'retry-after')]).toEqual([429, '2']);
    await first.body?.cancel();
    expect(await status()).toBe(200);
  });

  it('or by not answering', async () => {
    Object.assign(network.origin(url), { refusal: { status: null, headers: [] } });
    await fetched(get());
    await expect(fetched(get())).rejects.toThrow('connection refused');
  });

  it('may count one that has ended for a while', async () => {
    Object.assign(network.origin(url), { linger: 100 });
    await (await fetched(get())).body?.cancel();
    expect(await status()).toBe(503);
    await clock.advance(100);
    expect(await status()).toBe(200);
  });

  it('has time for everybody when all is well', async () => {
    await fetched(get());
    network.becomeFair();
    expect(await status()).toBe(200);
  });
});

describe('an outage', () => {
  const probed = (error?: unknown): Promise<string> =>
    clock.runUntil(network.probe(get(), new AbortController().signal, error));

  beforeEach(() => void network.serve(url, { size: 1_000_000 }));

  it.each([
    ['refuses connections', 'refuses'],
    ['lets nothing come of them', 'swallows'],
  ] as const)('%s, at one origin, until it is over', async (_, kind) => {
    network.serve('https://cdn.test/film', { size: 10 });
    const host = network.origin(url);
    const outage = { kind };
    host.beginOutage(outage, false);
    const asked = network.fetch(get());
    asked.catch(() => {});
    await clock.advance(60_000);
    expect(await isPending(asked)).toBe(kind === 'swallows');
    if (kind === 'refuses') await expect(asked).rejects.toThrow(TypeError);
    expect(network.requests).toEqual([]);
    expect((await fetched(get({}, { url: 'https://cdn.test/film' }))).head.status).toBe(200);
    host.endOutage(outage);
    expect((await fetched(get())).head.status).toBe(200);
  });

  it.each([true, false])('may cut bodies as any cut does: with an error, %s', async (signalsTruncation) => {
    network.signalsTruncation = signalsTruncation;
    const cut: string[] = [];
    network.onCut = (exchange) => cut.push(exchange.url);
    const reading = bodyOf(await fetched(get()));
    reading.catch(() => {});
    await clock.advance(5);
    network.origin(url).beginOutage({ kind: 'refuses' }, true);
    if (signalsTruncation) await expect(reading).rejects.toThrow(TypeError);
    else expect((await reading).length).toBeLessThan(1_000_000);
    expect(cut).toEqual([url]);
  });

  it('leaves open bodies alone if it does not cut', async () => {
    const response = await fetched(get());
    network.origin(url).beginOutage({ kind: 'refuses' }, false);
    expect(await bodyOf(response)).toHaveLength(1_000_000);
  });

  it('is what a probe finds, and the only thing', async () => {
    expect(await probed()).toBe('answers');
    network.plan(url, { kind: 'refused' });
    expect(await probed(new TypeError())).toBe('answers');
    network.origin(url).beginOutage({ kind: 'refuses' }, false);
    expect(await probed(new TypeError())).toBe('silent');
    network.becomeFair();
    network.serve(url, { unreadable: 'all' });
    await expect(fetched(get())).rejects.toThrow(TypeError);
    network.serve(url, { unreadable: 'all', redirectTo: url });
    expect(await probed(new TypeError())).toBe('falters');
    connectivity.setOnline(false);
    expect(await probed(new TypeError())).toBe('silent');
  });

  it('behind a redirect is found as well', async () => {
    network.serve(url, { redirectTo: 'https://cdn.test/film' });
    network.origin('https://cdn.test/').beginOutage({ kind: 'refuses' }, false);
    expect(await probed(new TypeError())).toBe('falters');
  });
});

describe('a probe', () => {
  it('waits for a connection as others do, and knows nothing if that takes too long', async () => {
    network = new SimulatedNetwork({ clock, random: seededRandom(1), connectionLimit: 1 });
    network.serve(url, { size: 10 });
    const held = await fetched(get());
    const abort = new AbortController();
    const [first, second] = [
      network.probe(get(), abort.signal),
      network.probe(get(), new AbortController().signal),
    ];
    await clock.advance(60_000);
    expect(await isPending(first)).toBe(true);
    abort.abort();
    expect(await first).toBe('silent');
    await held.body?.cancel();
    expect(await clock.runUntil(second)).toBe('answers');
  });

  describe('of a host that knows how far its requests are', () => {
    const now = (request: NetworkRequest, error?: unknown) =>
      network.probe(request, new AbortController().signal, error);

    beforeEach(() => {
      network = new SimulatedNetwork({ clock, random: seededRandom(1), connectionLimit: 1 });
      network.probing = 'by what happened';
      network.serve(url, { size: 10, latency: 100 });
    });

    it('tells a request that was sent from one that waits', async () => {
      const [first, second] = [get(), get()];
      void network.fetch(first);
      void network.fetch(second);
      await clock.settle();
      expect([await now(first), await now({ ...first }), await now(second)]).toEqual([
        'answers',
        'answers',
        'silent',
      ]);
    });

    it('tells a refused connection from any other failure', async () => {
      network.plan(url, { kind: 'refused' });
      const refused = await fetched(get()).catch((error) => error);
      network.serve(url, { redirectTo: url });
      const lost = await fetched(get()).catch((error) => error);
      expect([await now(get(), refused), await now(get(), lost)]).toEqual(['unsent', 'answers']);
    });
  });
});

describe('a server', () => {
  const bytes = (start: number, end: number): Uint8Array => contentBytes(url, 0, start, end);

  it.each([400, 403, 405, 412, 500, 501])(
    'may refuse ranges with %d, and nothing else',
    async (rangeRefusal) => {
      network.serve(url, { size: 1000, rangeRefusal });
      expect((await fetched(get({ Range: 'bytes=10-' }))).head.status).toBe(rangeRefusal);
      expect((await fetched(get())).head.status).toBe(200);
    },
  );

  it('may let nobody see that it refuses a range', async () => {
    network.serve(url, { size: 1000, rangeRefusal: 'unreadable' });
    await expect(fetched(get({ Range: 'bytes=10-' }))).rejects.toThrow(TypeError);
    expect((await fetched(get())).head.status).toBe(200);
  });

  it('may let nobody see its failures', async () => {
    network.serve(url, { size: 1000, unreadable: 'errors' });
    network.plan(url, { kind: 'status', status: 503 });
    await expect(fetched(get())).rejects.toThrow(TypeError);
    expect((await fetched(get())).head.status).toBe(200);
  });

  it.each([
    ['as 200', 'bytes 600-999/1000'],
    ['as bare 200', undefined],
  ] as const)('may send a part %s', async (parts, range) => {
    network.serve(url, { size: 1000, parts });
    const part = await fetched(get({ Range: 'bytes=600-' }));
    expect(part.head.status).toBe(200);
    expect([header(part, 'content-range'), header(part, 'content-length')]).toEqual([range, '400']);
    expect(header(part, 'etag')).toBe('"version-0"');
    expect(await bodyOf(part)).toEqual(bytes(600, 1000));
  });

  it.each([
    ['no strong ETag tells', { etag: 'weak' }],
    ['no length tells', { declaresLength: false }],
    ['an ETag that is hidden tells', { hidden: ['etag'] }],
  ] as const)('sends no bare 200 of a part where %s', async (_, change) => {
    network.serve(url, { size: 1000, parts: 'as bare 200', ...change });
    expect((await fetched(get({ Range: 'bytes=600-' }))).head.status).toBe(206);
  });

  it('sends no bare 200 of a part of another version', async () => {
    const resource = network.serve(url, { size: 1000, parts: 'as bare 200' });
    await fetched(get());
    resource.version = 1;
    expect((await fetched(get({ Range: 'bytes=600-' }))).head.status).toBe(206);
  });

  it.each([
    ['empty part', 206],
    [404, 404],
  ] as const)('may answer what begins where the body ends with %s', async (beyondEnd, status) => {
    network.serve(url, { size: 1000, beyondEnd });
    expect((await fetched(get({ Range: 'bytes=1000-' }))).head.status).toBe(status);
    expect((await fetched(get({ Range: 'bytes=1001-' }))).head.status).toBe(416);
    expect((await fetched(get({ Range: 'bytes=999-' }))).head.status).toBe(206);
  });

  it('may give the whole to each If-Range', async () => {
    network.serve(url, { size: 1000, ifRange: 'whole' });
    const resume = { Range: 'bytes=10-', 'If-Range': '"version-0"' };
    expect((await fetched(get(resume))).head.status).toBe(200);
    expect((await fetched(get({ Range: 'bytes=10-' }))).head.status).toBe(206);
  });

  it('may count in the bytes of the encoded body', async () => {
    network.serve(url, { size: 1000, encoded: true, encodesRanges: true, encodedShare: 0.4 });
    const whole = await fetched(get({ Range: 'bytes=0-' }));
    expect([header(whole, 'content-range'), header(whole, 'etag')]).toEqual([
      'bytes 0-419/420',
      '"version-0"',
    ]);
    expect(await bodyOf(whole)).toEqual(bytes(0, 1000));
    const rest = await fetched(get({ Range: 'bytes=100-' }));
    expect([rest.head.status, header(rest, 'content-range')]).toEqual([206, 'bytes 100-419/420']);
    await expect(bodyOf(rest)).rejects.toThrow('decoded');
    const beginning = await fetched(get({ Range: 'bytes=0-209' }));
    await expect(bodyOf(beginning)).rejects.toThrow('decoded');
    expect((await fetched(get({ Range: 'bytes=500-' }))).head.status).toBe(416);
  });

  it('may hide that a range is encoded: a host takes it for a plain one', async () => {
    network.serve(url, { size: 1000, encoded: true, encodesRanges: true, hidden: ['content-encoding'] });
    expect((await fetched(get())).coding).toBe('unknown');
    expect((await fetched(get({ Range: 'bytes=0-' }))).coding).toBe('assumed');
  });

  it('may send to two edges in turn, which have the same', async () => {
    const edges = ['https://edge1.test/film', 'https://edge2.test/film'];
    const resource = network.serve(url, { size: 100, redirectTo: edges });
    for (const [place, edge] of edges.entries()) {
      const own = { redirectTo: null, contentKey: url, tagPrefix: `edge${place}` };
      network.mirror(edge, () => ({ ...resource, ...own }));
    }
    const answers = [await fetched(get()), await fetched(get()), await fetched(get())];
    expect(answers.map(({ head }) => head.url)).toEqual([edges[0], edges[1], edges[0]]);
    expect(answers.map((answer) => header(answer, 'etag'))).toEqual(['"edge0-0"', '"edge1-0"', '"edge0-0"']);
    for (const answer of answers) expect(await bodyOf(answer)).toEqual(bytes(0, 100));
    resource.version = 1;
    expect(await bodyOf(await fetched(get()))).toEqual(contentBytes(url, 1, 0, 100));
  });
});
