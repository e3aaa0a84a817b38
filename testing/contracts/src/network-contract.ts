import {
  type Network,
  type NetworkRequest,
  type NetworkResponse,
  noRetries,
  type Reachability,
  type StoredRequest,
} from '@background-fetch/core';
import { assert } from 'chai';
import { rejection, type TestFramework } from './framework.ts';

/** What a server has at a URL of its own. */
export interface ServedResource {
  /** bytes */
  readonly size?: number;
  readonly status?: number;
  /** The connection ends after so many bytes of the body. */
  readonly cutAfter?: number;
  /** Nothing more comes after so many bytes of the body. */
  readonly stalledAfter?: number;
  /** No connection can be made. */
  readonly unreachable?: boolean;
  /** How many redirects lead to it; all carry on to the last, which has the resource. */
  readonly redirects?: number;
}

export interface NetworkUnderTest {
  readonly network: Network;
  /** Serves a resource with a strong ETag; resolves with its URL. */
  serve(resource: ServedResource): Promise<string>;
  /** What the resource at a URL has from `start` up to `end`. */
  content(url: string, start: number, end: number): Uint8Array;
  /** Waits for something that needs the network: virtual time passes meanwhile. */
  settle<T>(promise: Promise<T>): Promise<T>;
  dispose(): Promise<void>;
}

type Asked = Partial<Omit<NetworkRequest, 'request'>>;

function ask(url: string, differing: Partial<StoredRequest> = {}, asked: Asked = {}): NetworkRequest {
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
    hasBody: asked.body != null,
    ...differing,
  };
  const { signal } = new AbortController();
  return { id: 'id', retries: noRetries, body: null, headers: {}, fresh: false, signal, ...asked, request };
}

function header({ head }: NetworkResponse, name: string): string | undefined {
  return head.headers.find(([other]) => other === name)?.[1];
}

/** What the core relies on, of every `Network`. */
export function networkContract(
  name: string,
  create: () => Promise<NetworkUnderTest>,
  { describe, it, beforeEach, afterEach }: TestFramework,
): void {
  describe(`Network: ${name}`, () => {
    let given: NetworkUnderTest;
    beforeEach(async () => {
      given = await create();
    });
    afterEach(() => given.dispose());

    const fetched = (request: NetworkRequest): Promise<NetworkResponse> =>
      given.settle(given.network.fetch(request));

    /** What can be read of a body, and what it failed with. */
    async function drain({ body }: NetworkResponse): Promise<{ bytes: Uint8Array; error: unknown }> {
      const parts: Uint8Array[] = [];
      let error: unknown = null;
      const reading = async (): Promise<void> => {
        try {
          const reader = body?.getReader();
          for (let next = await reader?.read(); next?.value; next = await reader?.read())
            parts.push(next.value);
        } catch (reason) {
          error = reason;
        }
      };
      await given.settle(reading());
      return { bytes: new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer()), error };
    }

    it('gives the head, then the whole body', async () => {
      const url = await given.serve({ size: 300_000 });
      const response = await fetched(ask(url));
      assert.include(response.head, { status: 200, url: url.split('#')[0] as string, redirected: false });
      assert.equal(header(response, 'content-length'), '300000');
      assert.equal(response.coding, 'identity');
      const { bytes, error } = await drain(response);
      assert.isNull(error);
      assert.deepEqual(bytes, given.content(url, 0, 300_000));
    });

    it('takes a whole body at once as it gives it in parts', async () => {
      const url = await given.serve({ size: 30_000 });
      const { takeWhole } = await fetched(ask(url));
      if (takeWhole) assert.equal((await given.settle(takeWhole())).size, 30_000);
    });

    it('sends the fields of an attempt: a range gives that part, in no coding', async () => {
      const url = await given.serve({ size: 300_000 });
      const response = await fetched(ask(url, {}, { headers: { Range: 'bytes=1000-1999' }, fresh: true }));
      assert.equal(response.head.status, 206);
      assert.equal(header(response, 'content-range'), 'bytes 1000-1999/300000');
      assert.equal(response.coding, 'identity');
      assert.deepEqual((await drain(response)).bytes, given.content(url, 1000, 2000));
    });

    it('sends If-Range where it says so: another version comes whole', async () => {
      const url = await given.serve({ size: 3000 });
      if (!given.network.sendsIfRange(url)) return;
      const etag = header(await fetched(ask(url)), 'etag') ?? '';
      const headers = { Range: 'bytes=1000-' };
      const same = await fetched(ask(url, {}, { headers: { ...headers, 'If-Range': etag } }));
      assert.equal(same.head.status, 206);
      const other = await fetched(ask(url, {}, { headers: { ...headers, 'If-Range': '"another"' } }));
      assert.equal(other.head.status, 200);
      assert.equal((await drain(other)).bytes.byteLength, 3000);
    });

    it('sends a range of the app as it is, unless the attempt has one', async () => {
      const url = await given.serve({ size: 3000 });
      const range = { headers: [['range', 'bytes=10-19']] } as const;
      assert.equal((await drain(await fetched(ask(url, range)))).bytes.byteLength, 10);
      const response = await fetched(ask(url, range, { headers: { Range: 'bytes=0-99' } }));
      assert.equal((await drain(response)).bytes.byteLength, 100);
    });

    it('has no body for HEAD and for statuses that have none', async () => {
      const head = await fetched(ask(await given.serve({ size: 3000 }), { method: 'HEAD' }));
      assert.isEmpty((await drain(head)).bytes);
      const response = await fetched(ask(await given.serve({ status: 204 })));
      assert.equal(response.head.status, 204);
      assert.isEmpty((await drain(response)).bytes);
    });

    it('resolves with whatever status the server has', async () => {
      assert.equal((await fetched(ask(await given.serve({ status: 404 })))).head.status, 404);
      assert.equal((await fetched(ask(await given.serve({ status: 503 })))).head.status, 503);
    });

    it('gives what comes before a cut, then fails with a TypeError if it tells cuts from ends', async () => {
      const url = await given.serve({ size: 300_000, cutAfter: 100_000 });
      const response = await fetched(ask(url));
      const { bytes, error } = await drain(response);
      assert.isAtMost(bytes.byteLength, 100_000);
      assert.deepEqual(bytes, given.content(url, 0, bytes.byteLength));
      if (response.signalsTruncation) assert.instanceOf(error, TypeError);
    });

    it('rejects with a TypeError where there is no connection', async () => {
      const url = await given.serve({ unreachable: true });
      assert.instanceOf(await rejection(fetched(ask(url))), TypeError);
    });

    it('follows redirects, as many as 20', async () => {
      const url = await given.serve({ size: 3000, redirects: 20 });
      const response = await fetched(ask(url));
      assert.include(response.head, { status: 200, redirected: true });
      assert.notEqual(response.head.url, url);
      assert.equal((await drain(response)).bytes.byteLength, 3000);
      const tooMany = await given.serve({ size: 3000, redirects: 21 });
      assert.instanceOf(await rejection(fetched(ask(tooMany))), TypeError);
    });

    it('takes a redirect for an error, or for a response that shows nothing, if told so', async () => {
      const url = await given.serve({ size: 3000, redirects: 1 });
      assert.instanceOf(await rejection(fetched(ask(url, { redirect: 'error' }))), TypeError);
      const response = await fetched(ask(url, { redirect: 'manual' }));
      assert.include(response.head, { status: 0, type: 'opaqueredirect' });
      assert.deepEqual(response.head.headers, []);
      assert.isEmpty((await drain(response)).bytes);
    });

    it('rejects when it is aborted before the head', async () => {
      const url = await given.serve({ size: 3000 });
      await rejection(fetched(ask(url, {}, { signal: AbortSignal.abort() })));
      const controller = new AbortController();
      const fetching = given.network.fetch(ask(url, {}, { signal: controller.signal }));
      controller.abort();
      await rejection(given.settle(fetching));
    });

    it('fails a body when it is aborted', async () => {
      const controller = new AbortController();
      const url = await given.serve({ size: 300_000, stalledAfter: 1000 });
      const response = await fetched(ask(url, {}, { signal: controller.signal }));
      const draining = drain(response);
      controller.abort();
      assert.isNotNull((await draining).error);
    });

    describe('a probe', () => {
      const { signal } = new AbortController();

      /** A request that a server makes fail, or nobody answers, and what it failed with. */
      async function failed(served: ServedResource): Promise<[NetworkRequest, unknown]> {
        const request = ask(await given.serve(served), { redirect: 'error' });
        return [request, await rejection(fetched(request))];
      }

      const byServer: ServedResource = { size: 3000, redirects: 1 };
      const byNobody: ServedResource = { unreachable: true };
      const nobody: Reachability[] = ['silent', 'unsent'];

      it('finds a server that answers where the request alone failed', async () => {
        const [request, error] = await failed(byServer);
        assert.equal(await given.settle(given.network.probe(request, signal, error)), 'answers');
      });

      it('finds the server that has answered', async () => {
        const request = ask(await given.serve({ size: 300_000, stalledAfter: 1000 }));
        const { body } = await fetched(request);
        assert.equal(await given.settle(given.network.probe(request, signal)), 'answers');
        await given.settle(body?.cancel() ?? Promise.resolve());
      });

      it('finds nobody where there is no server', async () => {
        const [request, error] = await failed(byNobody);
        assert.include(nobody, await given.settle(given.network.probe(request, signal, error)));
      });

      it('finds nobody once it is aborted', async () => {
        const [request, error] = await failed(byServer);
        const aborted = given.network.probe(request, AbortSignal.abort(), error);
        assert.equal(await given.settle(aborted), 'silent');
      });

      it('comes to an end when it is aborted', async () => {
        const [request, error] = await failed(byNobody);
        const controller = new AbortController();
        const probing = given.network.probe(request, controller.signal, error);
        controller.abort();
        assert.include(nobody, await given.settle(probing));
      });

      it('looks before a request is sent, where the host can', async () => {
        const { network } = given;
        if (!network.reach) return;
        const ofServer = ask(await given.serve({ size: 3000 })).request;
        assert.equal(await given.settle(network.reach(ofServer, signal, 'id')), 'answers');
        assert.equal(await given.settle(network.reach(ofServer, AbortSignal.abort(), 'id')), 'silent');
        const ofNobody = ask(await given.serve(byNobody)).request;
        assert.include(nobody, await given.settle(network.reach(ofNobody, signal, 'id')));
      });

      it('never rejects, whatever the request failed with', async () => {
        const request = ask(await given.serve({ size: 3000 }));
        await given.settle((await fetched(request)).body?.cancel() ?? Promise.resolve());
        for (const error of [
          undefined,
          null,
          'a text',
          new DOMException('gone', 'AbortError'),
          { code: 7 },
        ]) {
          const found = await given.settle(given.network.probe(request, signal, error));
          assert.include(['answers', 'unasked', ...nobody], found);
        }
      });
    });

    it('lets a body be cancelled', async () => {
      const response = await fetched(ask(await given.serve({ size: 300_000, stalledAfter: 1000 })));
      await given.settle(response.body?.cancel() ?? Promise.resolve());
    });
  });
}
