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
