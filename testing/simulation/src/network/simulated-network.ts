import type {
  HeaderList,
  HostBytes,
  Network,
  NetworkRequest,
  NetworkResponse,
  Reachability,
} from '@background-fetch/core';
import type { SeededRandom } from '../host/seeded-random.ts';
import type { SimulatedClock } from '../host/simulated-clock.ts';
import { contentBytes, editedContent } from './content.ts';
import { respond, type SimulatedAnswer } from './respond.ts';
import { simulateBody } from './simulated-body.ts';
import { SimulatedConnectivity } from './simulated-connectivity.ts';
import type { SimulatedFault } from './simulated-fault.ts';
import { ordinaryResource, type SimulatedResource } from './simulated-resource.ts';

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

/** An answer on its way, as the server knows it. */
export interface Exchange {
  readonly request: NetworkRequest;
  /** Where it came from, after redirects. */
  readonly url: string;
  readonly version: number;
  readonly answer: SimulatedAnswer;
  /** The whole body of the version that was served; empty for a response that has none. */
  readonly whole: Uint8Array;
  readonly fault: SimulatedFault | null;
}

const nullBodyStatuses = [101, 204, 205, 304];
const longestRedirectChain = 20;
/** bytes of the body that explains a failure */
const explanationSize = 24;

/** Servers and the way to them, in virtual time. */
export class SimulatedNetwork implements Network {
  /** Every request that reached a server. */
  readonly requests: SeenRequest[] = [];
  /** Called with every answer as it leaves its server; gives what is called when nothing more comes of it. */
  onAnswer: (exchange: Exchange) => () => void = () => () => {};
  /** Called with every fault that a request meets. */
  onFault: (fault: SimulatedFault) => void = () => {};
  /** Called when less came of a body than was to come. */
  onCut: (exchange: Exchange) => void = () => {};
  signalsTruncation: boolean;
  readonly #resources = new Map<string, SimulatedResource>();
  readonly #planned = new Map<string, (SimulatedFault | null)[]>();
  readonly #contents = new Map<string, Uint8Array>();
  readonly #clock: SimulatedClock;
  readonly #random: SeededRandom;
  readonly #connectivity: SimulatedConnectivity;
  readonly #origin: string;
  readonly #faults: Required<NonNullable<SimulatedNetworkOptions['faults']>>;

  constructor(options: SimulatedNetworkOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#connectivity = options.connectivity ?? new SimulatedConnectivity();
    this.#origin = options.origin ?? 'https://app.test';
    this.signalsTruncation = options.signalsTruncation ?? true;
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

  /** From now on, nothing goes wrong but what a server does by itself. */
  forgetPlans(): void {
    this.#planned.clear();
  }

  sendsIfRange(url: string): boolean {
    return new URL(url).origin === this.#origin;
  }

  async probe(_request: NetworkRequest, _signal: AbortSignal, _error?: unknown): Promise<Reachability> {
    return 'answers';
  }

  async fetch(request: NetworkRequest): Promise<NetworkResponse> {
    const { redirect, url: original } = request.request;
    let url = withoutFragment(original);
    for (let redirects = 0; redirects <= longestRedirectChain; redirects++) {
      const resource = this.#find(url);
      const fault = this.#drawFault(url, resource);
      if (fault) this.onFault(fault);
      await this.#passTime(fault?.kind === 'hung' ? null : resource.latency, request.signal);
      if (!this.#connectivity.isOnline()) throw new TypeError(`Fetching ${url} failed: offline`);
      if (fault?.kind === 'refused') throw new TypeError(`Fetching ${url} failed: connection refused`);
      this.#note(url, request);
      if (resource.redirectTo === null) return this.#respond(url, resource, fault, request, redirects > 0);
      if (redirect === 'error') throw new TypeError(`Fetching ${url} failed: redirected`);
      if (redirect === 'manual') return opaqueRedirect(original, this.signalsTruncation);
      url = new URL(resource.redirectTo, url).href;
      if (resource.signsRedirects) url += `?signature=${this.requests.length}`;
    }
    throw new TypeError(`Fetching ${url} failed: too many redirects`);
  }

  #find(url: string): SimulatedResource {
    return (
      this.#resources.get(url) ??
      this.#resources.get(withoutQuery(url)) ?? { ...ordinaryResource, status: 404 }
    );
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

  /** Rejects with the signal's reason as soon as it is aborted. A duration of null never ends. */
  #passTime(duration: number | null, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      let cancel = (): void => {};
      const aborted = () => {
        cancel();
        reject(signal.reason);
      };
      if (duration !== null) {
        cancel = this.#clock.setTimer(duration, () => {
          signal.removeEventListener('abort', aborted);
          resolve();
        });
      }
      signal.addEventListener('abort', aborted, { once: true });
    });
  }

  #respond(
    url: string,
    resource: SimulatedResource,
    fault: SimulatedFault | null,
    request: NetworkRequest,
    redirected: boolean,
  ): NetworkResponse {
    const served = fault?.kind === 'status' ? explain(fault) : resource;
    const honest = answerTo(request, served, this.#clock.now());
    const answer = fault?.kind === 'altered' ? fault.alter(honest) : honest;
    const hasBody = request.request.method !== 'HEAD' && !nullBodyStatuses.includes(answer.status);
    const whole = hasBody ? this.contentOf(url, served) : new Uint8Array();
    // a field that this answer does not have can't be wrong: one to come may have it
    const waits = fault?.kind === 'altered' && answer === honest;
    if (waits) this.#planned.get(url)?.unshift(fault);
    const met = waits ? null : fault;
    const exchange = { request, url, version: served.version, answer, whole, fault: met };
    const onEnd = this.onAnswer(exchange);
    const stream = hasBody
      ? simulateBody(this.#clock, this.#connectivity, {
          whole,
          content: answer.content,
          chunkSize: served.chunkSize,
          chunkInterval: served.chunkInterval,
          ending: fault?.kind === 'cut' || fault?.kind === 'stalled' ? fault : null,
          signalsTruncation: this.signalsTruncation,
          signal: request.signal,
          onEnd,
          onCut: () => this.onCut(exchange),
        })
      : null;
    if (!stream) onEnd();
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
      signalsTruncation: this.signalsTruncation,
      uploaded: request.body?.size ?? 0,
    };
  }

  /** The whole body of a resource as it is now. */
  contentOf(url: string, { version, size, edited, status }: SimulatedResource): Uint8Array {
    const key = status === 200 ? withoutQuery(url) : `${withoutQuery(url)} ${status}`;
    const name = `${key} ${version} ${size}`;
    const known = this.#contents.get(name);
    if (known) return known;
    const content = edited ? editedContent(key, version, size, edited) : contentBytes(key, version, 0, size);
    this.#contents.set(name, content);
    return content;
  }
}

function answerTo(
  { request, headers }: NetworkRequest,
  served: SimulatedResource,
  now: number,
): SimulatedAnswer {
  const sent = new Headers(request.headers.map(([name, value]): [string, string] => [name, value]));
  for (const [name, value] of Object.entries(headers)) sent.set(name, value);
  return respond(served, sent, now);
}

/** What a server gives that only says what is wrong. */
function explain({ status, headers = [] }: Extract<SimulatedFault, { kind: 'status' }>): SimulatedResource {
  return { ...ordinaryResource, size: explanationSize, status, headers, etag: 'none' };
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

function withoutQuery(url: string): string {
  return url.split('?', 1)[0] ?? url;
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
