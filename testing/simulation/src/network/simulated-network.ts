import type {
  HeaderList,
  HostBytes,
  Network,
  NetworkRequest,
  NetworkResponse,
  Reachability,
  StoredRequest,
} from '@background-fetch/core';
import type { SeededRandom } from '../host/seeded-random.ts';
import type { SimulatedClock } from '../host/simulated-clock.ts';
import { Passage } from './passage.ts';
import { respond, type SimulatedAnswer } from './respond.ts';
import { longestRedirectChain, Servers } from './servers.ts';
import { SharedLink } from './shared-link.ts';
import { simulateBody } from './simulated-body.ts';
import { SimulatedConnectivity } from './simulated-connectivity.ts';
import type { SimulatedFault } from './simulated-fault.ts';
import { SimulatedOrigin } from './simulated-origin.ts';
import type { SimulatedResource } from './simulated-resource.ts';

export interface SimulatedNetworkOptions {
  clock: SimulatedClock;
  random: SeededRandom;
  connectivity?: SimulatedConnectivity;
  /** The app's own origin; all others are cross-origin. */
  origin?: string;
  /** Whether bodies that are cut fail, as in Chromium, or end cleanly, as in WebKit. */
  signalsTruncation?: boolean;
  /** Connections to one origin at a time, whoever uses them: the others wait. */
  connectionLimit?: number;
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
/** requests that go through one connection at a time, where many can */
const mostStreams = 100;

/** Servers and the way to them, in virtual time. */
export class SimulatedNetwork implements Network {
  /** Every request that reached a server. */
  readonly requests: SeenRequest[] = [];
  /** Called with every answer as it leaves its server; gives what is called when nothing more comes of it. */
  onAnswer: (exchange: Exchange) => () => void = () => () => {};
  /** Called with every request that has got a connection. */
  onSend: (request: NetworkRequest) => void = () => {};
  /** Called with every request that has reached a server: its own, not those that it is sent on to. */
  onReach: (request: NetworkRequest) => void = () => {};
  /** Called with every fault that a request meets. */
  onFault: (fault: SimulatedFault, request: NetworkRequest) => void = () => {};
  /** Called when less came of a body than was to come. */
  onCut: (exchange: Exchange) => void = () => {};
  signalsTruncation: boolean;
  connectionLimit: number;
  /** What all bodies share. */
  readonly link: SharedLink;
  /** Whether many requests share a connection. */
  multiplexed = false;
  /** How the host finds out whether a server is there. */
  probing: 'by a request' | 'by what happened' = 'by a request';
  readonly #servers = new Servers();
  readonly #origins = new Map<string, SimulatedOrigin>();
  readonly #planned = new Map<string, (SimulatedFault | null)[]>();
  /** Those that have reached a server, and of which more may come. */
  readonly #sent = new Set<NetworkRequest>();
  /** What failed because nobody was there. */
  readonly #silent = new WeakSet<object>();
  /** What failed because nobody was there from the beginning. */
  readonly #unsent = new WeakSet<object>();
  readonly #visits = new Set<AbortController>();
  readonly #clock: SimulatedClock;
  readonly #random: SeededRandom;
  readonly #connectivity: SimulatedConnectivity;
  readonly #origin: string;
  readonly #faults: Required<NonNullable<SimulatedNetworkOptions['faults']>>;

  constructor(options: SimulatedNetworkOptions) {
    this.#clock = options.clock;
    this.link = new SharedLink(options.clock);
    this.#random = options.random;
    this.#connectivity = options.connectivity ?? new SimulatedConnectivity();
    this.#origin = options.origin ?? 'https://app.test';
    this.signalsTruncation = options.signalsTruncation ?? true;
    this.connectionLimit = options.connectionLimit ?? 6;
    this.#faults = { refused: 0, cut: 0, unavailable: 0, ...options.faults };
  }

  /** Puts a resource at a URL; what it returns may be changed later: a new version, say. */
  serve(url: string, resource: Partial<SimulatedResource>): SimulatedResource {
    return this.#servers.put(url, resource);
  }

  /** Puts at a URL what is there at the moment, as this tells. */
  mirror(url: string, look: () => SimulatedResource): void {
    this.#servers.mirror(url, look);
  }

  /** The whole body of a resource as it is now. */
  contentOf(url: string, resource: SimulatedResource): Uint8Array {
    return this.#servers.contentOf(url, resource);
  }

  /** The host at this URL. */
  origin(url: string): SimulatedOrigin {
    const { origin } = new URL(url);
    const known = this.#origins.get(origin);
    if (known) return known;
    const limit = (): number => (this.multiplexed ? mostStreams : this.connectionLimit);
    const made = new SimulatedOrigin(this.#clock, limit);
    this.#origins.set(origin, made);
    return made;
  }

  /** What the next responses from this URL suffer, one each; null for nothing. */
  plan(url: string, ...faults: (SimulatedFault | null)[]): void {
    this.#planned.set(url, [...(this.#planned.get(url) ?? []), ...faults]);
  }

  /** From now on, nothing goes wrong but what a server does by itself, and hosts have time for everybody. */
  becomeFair(): void {
    this.#planned.clear();
    for (const origin of this.#origins.values()) origin.becomeFair();
    for (const visit of [...this.#visits]) visit.abort();
  }

  /** Whether redirects lead from here on and on. */
  leadsNowhere(url: string): boolean {
    return this.#servers.leadNowhere(withoutFragment(url));
  }

  sendsIfRange(url: string): boolean {
    return new URL(url).origin === this.#origin;
  }

  /** A request that is no engine's: it has a connection for so many ms, once there is a free one. */
  async visit(url: string, duration: number): Promise<void> {
    const visit = new AbortController();
    const passage = new Passage(visit.signal);
    const origin = this.origin(url);
    this.#visits.add(visit);
    try {
      await passage.moveTo(origin);
      if (!(await this.#approach(origin, passage))) await this.#passTime(duration, passage.signal);
    } catch {
      // it was cut, or has waited for too long
    } finally {
      passage.end();
      this.#visits.delete(visit);
    }
  }

  async probe(request: NetworkRequest, signal: AbortSignal, error?: unknown): Promise<Reachability> {
    if (this.probing === 'by what happened') return this.#judge(request, error);
    return await this.reach(request.request, signal);
  }

  async reach({ url }: StoredRequest, signal: AbortSignal): Promise<Reachability> {
    const passage = new Passage(signal);
    let hops = 0;
    try {
      await this.#reach(url, passage, () => hops++);
      return hops > longestRedirectChain ? 'falters' : 'answers';
    } catch {
      return hops > 0 ? 'falters' : 'silent';
    } finally {
      passage.end();
    }
  }

  /** What a host says that knows how far its requests are. */
  #judge(request: NetworkRequest, error: unknown): Reachability {
    if (error !== undefined) {
      if (this.#unsent.has(error as object)) return 'unsent';
      return this.#silent.has(error as object) ? 'silent' : 'answers';
    }
    const members = Object.keys(request) as (keyof NetworkRequest)[];
    const isSame = (other: NetworkRequest): boolean => members.every((name) => other[name] === request[name]);
    return [...this.#sent].some(isSame) ? 'answers' : 'silent';
  }

  /** Asks as anybody may ask, who may not see what is answered. */
  async #reach(original: string, passage: Passage, redirected: () => void): Promise<void> {
    let url = withoutFragment(original);
    for (let redirects = 0; redirects <= longestRedirectChain; redirects++) {
      const origin = this.origin(url);
      await passage.moveTo(origin);
      const fault = await this.#approach(origin, passage);
      await this.#passTime(this.#servers.find(url).latency, passage.signal);
      this.#requireServer(url, fault);
      const target = this.#servers.target(url, this.requests.length);
      if (target === null) return;
      redirected();
      url = target;
    }
  }

  /** @param life ends, with all that it has asked for, once it is aborted */
  async fetch(request: NetworkRequest, life?: AbortSignal): Promise<NetworkResponse> {
    const passage = new Passage(request.signal, ...(life ? [life] : []));
    try {
      return await this.#follow(request, passage);
    } catch (error) {
      this.#sent.delete(request);
      passage.end();
      throw error;
    }
  }

  async #follow(request: NetworkRequest, passage: Passage): Promise<NetworkResponse> {
    const { redirect, url: original } = request.request;
    let url = withoutFragment(original);
    for (let redirects = 0; redirects <= longestRedirectChain; redirects++) {
      const fault = await this.#ask(url, request, passage, redirects > 0);
      const isCrowded = fault?.kind === 'crowded';
      const target = isCrowded ? null : this.#servers.target(url, this.requests.length);
      if (target === null) return this.#respond(url, fault, request, redirects > 0, passage);
      this.#servers.takeTurns(url);
      if (redirect === 'error') throw new TypeError(`Fetching ${url} failed: redirected`);
      if (redirect === 'manual') {
        this.#sent.delete(request);
        passage.end();
        return opaqueRedirect(original, this.signalsTruncation);
      }
      url = target;
    }
    throw new TypeError(`Fetching ${url} failed: too many redirects`);
  }

  /** Brings a request to its server, and gives what is wrong with the answer. */
  async #ask(
    url: string,
    request: NetworkRequest,
    passage: Passage,
    redirected: boolean,
  ): Promise<SimulatedFault | null> {
    const origin = this.origin(url);
    this.#sent.delete(request);
    await passage.moveTo(origin);
    this.onSend(request);
    const { latency, size } = this.#servers.find(url);
    if (origin.outage?.kind === 'swallows') this.onFault({ kind: 'outage' }, request);
    const fault = (await this.#approach(origin, passage)) ?? this.#drawFault(url, size);
    if (fault) this.onFault(fault, request);
    const isThere = this.#connectivity.isOnline() && fault?.kind !== 'outage' && fault?.kind !== 'refused';
    if (!isSilent(fault)) this.#sent.add(request);
    if (isThere && !redirected) this.onReach(request);
    await this.#passTime(fault?.kind === 'hung' ? null : latency, passage.signal);
    this.#requireServer(url, fault, isThere || redirected);
    if (!isThere && !redirected) this.onReach(request);
    this.#note(url, request);
    return fault;
  }

  /** What is wrong with the host behind a connection; null for nothing. */
  async #approach(origin: SimulatedOrigin, passage: Passage): Promise<SimulatedFault | null> {
    if (origin.outage?.kind === 'swallows') await origin.untilBack(passage.signal);
    if (origin.outage) return { kind: 'outage' };
    return passage.enter(origin) ? null : { kind: 'crowded', ...origin.refusal };
  }

  /**
   * @param isReached whether somebody was there when it was asked
   * @throws TypeError if there is nobody who answers
   */
  #requireServer(url: string, fault: SimulatedFault | null, isReached = true): void {
    const isOnline = this.#connectivity.isOnline();
    if (isOnline && !isSilent(fault)) return;
    const error = new TypeError(`Fetching ${url} failed: ${isOnline ? 'connection refused' : 'offline'}`);
    this.#silent.add(error);
    if (!isReached) this.#unsent.add(error);
    throw error;
  }

  #note(url: string, { request, headers, fresh }: NetworkRequest): void {
    const list: HeaderList = [...request.headers, ...Object.entries(headers)];
    this.requests.push({ url, method: request.method, headers: list, fresh, at: this.#clock.now() });
  }

  #drawFault(url: string, size: number): SimulatedFault | null {
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
    fault: SimulatedFault | null,
    request: NetworkRequest,
    redirected: boolean,
    passage: Passage,
  ): NetworkResponse {
    const sent = headersOf(request);
    const served = this.#servers.choose(url, failureOf(fault), sent, redirected);
    if (!served) {
      this.onFault({ kind: 'unreadable', why: fault }, request);
      throw new TypeError(`Fetching ${url} failed: nobody may see what is answered`);
    }
    const honest = respond(served, sent, this.#clock.now());
    const answer = fault?.kind === 'altered' ? fault.alter(honest) : honest;
    const hasBody = request.request.method !== 'HEAD' && !nullBodyStatuses.includes(answer.status);
    const whole = hasBody ? this.contentOf(url, served) : new Uint8Array();
    // a field that this answer does not have can't be wrong: one to come may have it
    const waits = fault?.kind === 'altered' && answer === honest;
    if (waits) this.#planned.get(url)?.unshift(fault);
    const met = waits ? null : fault;
    if (met?.kind === 'altered') this.#servers.noteLie(url);
    const exchange = { request, url, version: served.version, answer, whole, fault: met };
    const over = this.onAnswer(exchange);
    const onEnd = (): void => {
      this.#sent.delete(request);
      over();
      passage.end();
    };
    const stream = hasBody
      ? simulateBody(this.#clock, this.#connectivity, {
          whole,
          content: answer.content,
          chunkSize: served.chunkSize,
          chunkInterval: served.chunkInterval,
          link: this.link,
          ending: fault?.kind === 'cut' || fault?.kind === 'stalled' ? fault : null,
          undecodable: answer.undecodable,
          endsWithLastByte: !answer.undecodable && says(answer, 'content-length'),
          signalsTruncation: this.signalsTruncation,
          passage,
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
      multiplexed: this.multiplexed,
    };
  }
}

/** Whether nobody answers. */
function isSilent(fault: SimulatedFault | null): boolean {
  if (fault?.kind === 'crowded') return fault.status === null;
  return fault?.kind === 'outage' || fault?.kind === 'refused';
}

function failureOf(fault: SimulatedFault | null): { status: number; headers?: HeaderList } | null {
  if (fault?.kind === 'status') return fault;
  return fault?.kind === 'crowded' && fault.status !== null ? { ...fault, status: fault.status } : null;
}

function says({ headers }: SimulatedAnswer, name: string): boolean {
  return headers.some(([other]) => other === name);
}

function headersOf({ request, headers }: NetworkRequest): Headers {
  const sent = new Headers(request.headers.map(([name, value]): [string, string] => [name, value]));
  for (const [name, value] of Object.entries(headers)) sent.set(name, value);
  return sent;
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
