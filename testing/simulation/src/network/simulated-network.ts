import type { HeaderList, HostBytes, Network, NetworkRequest, NetworkResponse } from '@background-fetch/core';
import type { SeededRandom } from '../host/seeded-random.ts';
import type { SimulatedClock } from '../host/simulated-clock.ts';
import { respond } from './respond.ts';
import { simulateBody } from './simulated-body.ts';
import { SimulatedConnectivity } from './simulated-connectivity.ts';
import { ordinaryResource, type SimulatedFault, type SimulatedResource } from './simulated-resource.ts';

export interface SimulatedNetworkOptions {
  clock: SimulatedClock;
  random: SeededRandom;
  connectivity?: SimulatedConnectivity;
  /** The app's own origin; all others are cross-origin. */
  origin?: string;
  /** Whether bodies that are cut fail, as in Chromium, or end cleanly, as in WebKit. */
  signalsTruncation?: boolean;
  /** Chances, from 0 to 1, that a response without a planned fault has one. */
  faults?: { refused?: number; cut?: number; unavailable?: number };
}

export interface SeenRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: HeaderList;
  readonly fresh: boolean;
  /** ms since the epoch */
  readonly at: number;
}

const nullBodyStatuses = [101, 204, 205, 304];
const longestRedirectChain = 20;

/** Servers and the way to them, in virtual time. */
export class SimulatedNetwork implements Network {
  /** Every request that reached a server. */
  readonly requests: SeenRequest[] = [];
  readonly #resources = new Map<string, SimulatedResource>();
  readonly #planned = new Map<string, (SimulatedFault | null)[]>();
  readonly #clock: SimulatedClock;
  readonly #random: SeededRandom;
  readonly #connectivity: SimulatedConnectivity;
  readonly #origin: string;
  readonly #signalsTruncation: boolean;
  readonly #faults: Required<NonNullable<SimulatedNetworkOptions['faults']>>;

  constructor(options: SimulatedNetworkOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#connectivity = options.connectivity ?? new SimulatedConnectivity();
    this.#origin = options.origin ?? 'https://app.test';
    this.#signalsTruncation = options.signalsTruncation ?? true;
    this.#faults = { refused: 0, cut: 0, unavailable: 0, ...options.faults };
  }

  /** Puts a resource at a URL; what it returns may be changed later: a new version, say. */
  serve(url: string, resource: Partial<SimulatedResource>): SimulatedResource {
    const whole = { ...ordinaryResource, ...resource };
    this.#resources.set(url, whole);
    return whole;
  }

  /** What the next responses from this URL suffer, one each; null for nothing. */
  plan(url: string, ...faults: (SimulatedFault | null)[]): void {
    this.#planned.set(url, [...(this.#planned.get(url) ?? []), ...faults]);
  }

  sendsIfRange(url: string): boolean {
    return new URL(url).origin === this.#origin;
  }

  async fetch(request: NetworkRequest): Promise<NetworkResponse> {
    const { redirect, url: original } = request.request;
    let url = withoutFragment(original);
    for (let redirects = 0; redirects <= longestRedirectChain; redirects++) {
      const resource = this.#resources.get(url) ?? { ...ordinaryResource, status: 404 };
      const fault = this.#drawFault(url, resource);
      await this.#passTime(resource.latency, request.signal);
      if (!this.#connectivity.isOnline()) throw new TypeError(`Fetching ${url} failed: offline`);
      if (fault?.kind === 'refused') throw new TypeError(`Fetching ${url} failed: connection refused`);
      this.#note(url, request);
      if (resource.redirectTo === null) return this.#respond(url, resource, fault, request, redirects > 0);
      if (redirect === 'error') throw new TypeError(`Fetching ${url} failed: redirected`);
      if (redirect === 'manual') return opaqueRedirect(original, this.#signalsTruncation);
      url = new URL(resource.redirectTo, url).href;
    }
    throw new TypeError(`Fetching ${url} failed: too many redirects`);
  }

  #note(url: string, { request, headers, fresh }: NetworkRequest): void {
    const list: HeaderList = [...request.headers, ...Object.entries(headers)];
    this.requests.push({ url, method: request.method, headers: list, fresh, at: this.#clock.now() });
  }

  #drawFault(url: string, { size }: SimulatedResource): SimulatedFault | null {
    const planned = this.#planned.get(url)?.shift();
    if (planned !== undefined) return planned;
    const { refused, cut, unavailable } = this.#faults;
    let chance = this.#random.next();
    const position = this.#random.integer(0, size);
    if (chance < refused) return { kind: 'refused' };
    chance -= refused;
    if (chance < cut) return { kind: 'cut', after: position };
    chance -= cut;
    return chance < unavailable ? { kind: 'status', status: 503 } : null;
  }

  /** Rejects with the signal's reason as soon as it is aborted. */
  #passTime(duration: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const aborted = () => {
        cancel();
        reject(signal.reason);
      };
      const cancel = this.#clock.setTimer(duration, () => {
        signal.removeEventListener('abort', aborted);
        resolve();
      });
      signal.addEventListener('abort', aborted, { once: true });
    });
  }

  #respond(
    url: string,
    resource: SimulatedResource,
    fault: SimulatedFault | null,
    { request, headers, body, signal }: NetworkRequest,
    redirected: boolean,
  ): NetworkResponse {
    const sent = new Headers(request.headers.map(([name, value]): [string, string] => [name, value]));
    for (const [name, value] of Object.entries(headers)) sent.set(name, value);
    const failing = fault?.kind === 'status' ? fault : null;
    const served: SimulatedResource = failing
      ? { ...ordinaryResource, status: failing.status, headers: failing.headers ?? [], etag: 'none' }
      : resource;
    const answer = respond(served, sent, this.#clock.now());
    const hasBody = request.method !== 'HEAD' && !nullBodyStatuses.includes(answer.status);
    const stream = hasBody
      ? simulateBody(this.#clock, this.#connectivity, {
          key: url,
          version: served.version,
          content: answer.content,
          chunkSize: served.chunkSize,
          chunkInterval: served.chunkInterval,
          ending: fault?.kind === 'cut' || fault?.kind === 'stalled' ? fault : null,
          signalsTruncation: this.#signalsTruncation,
          signal,
        })
      : null;
    return {
      head: {
        status: answer.status,
        statusText: '',
        headers: answer.headers,
        url,
        type: this.sendsIfRange(url) ? 'basic' : 'cors',
        redirected,
      },
      body: stream,
      takeWhole: () => takeWhole(stream),
      coding: answer.coding,
      signalsTruncation: this.#signalsTruncation,
      uploaded: body?.size ?? 0,
    };
  }
}

async function takeWhole(stream: ReadableStream<Uint8Array> | null): Promise<HostBytes> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk);
  const value = Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
  return { size: value.byteLength, value };
}

function withoutFragment(url: string): string {
  return url.split('#', 1)[0] ?? url;
}

function opaqueRedirect(url: string, signalsTruncation: boolean): NetworkResponse {
  const head = { status: 0, statusText: '', headers: [], url, redirected: false };
  return {
    head: { ...head, type: 'opaqueredirect' },
    body: null,
    coding: 'identity',
    signalsTruncation,
    uploaded: 0,
  };
}
