import type { HeaderList } from '@background-fetch/core';
import { contentBytes, editedContent } from './content.ts';
import { refuseRange } from './respond.ts';
import { ordinaryResource, type SimulatedResource } from './simulated-resource.ts';

/** Redirects that a host follows, one after the other. */
export const longestRedirectChain = 20;

/** bytes of the body that explains a failure */
const explanationSize = 24;

/** A failure that stands in the place of what is served. */
export interface Failure {
  readonly status: number;
  readonly headers?: HeaderList;
}

/** What there is at all origins, and what is given out for it. */
export class Servers {
  readonly #resources = new Map<string, () => SimulatedResource>();
  readonly #contents = new Map<string, Uint8Array>();
  /** How often each place has redirected. */
  readonly #turns = new Map<string, number>();
  readonly #firstVersions = new Map<string, number>();
  /** Places of which something untrue was said. */
  readonly #lied = new Set<string>();

  put(url: string, resource: Partial<SimulatedResource>): SimulatedResource {
    const whole = { ...ordinaryResource, ...resource };
    this.#resources.set(url, () => whole);
    return whole;
  }

  mirror(url: string, look: () => SimulatedResource): void {
    this.#resources.set(url, look);
  }

  find(url: string): SimulatedResource {
    const look = this.#resources.get(url) ?? this.#resources.get(withoutQuery(url));
    return look?.() ?? { ...ordinaryResource, status: 404 };
  }

  /**
   * Where one is sent on to; null for nowhere.
   * @param count how many requests were made before: each may be sent to a URL of its own
   */
  target(url: string, count: number): string | null {
    const { redirectTo, signsRedirects } = this.find(url);
    if (redirectTo === null) return null;
    const turn = this.#turns.get(url) ?? 0;
    const place = typeof redirectTo === 'string' ? redirectTo : redirectTo[turn % redirectTo.length];
    const { href } = new URL(place ?? url, url);
    return signsRedirects ? `${href}?signature=${count}` : href;
  }

  /** The next one is sent to where it is its turn. */
  takeTurns(url: string): void {
    this.#turns.set(url, (this.#turns.get(url) ?? 0) + 1);
  }

  /** Whether redirects lead from here on and on. */
  leadNowhere(url: string): boolean {
    let place = url;
    for (let redirects = 0; redirects <= longestRedirectChain; redirects++) {
      const target = this.target(place, 0);
      if (target === null) return false;
      place = target;
    }
    return true;
  }

  /** From now on, it is known that something untrue was said of this place. */
  noteLie(url: string): void {
    this.#lied.add(url);
  }

  /**
   * What is served: the resource, or what says why it is not; null for what nobody may see.
   * @param sent the fields of the request
   */
  choose(url: string, failure: Failure | null, sent: Headers, redirected: boolean): SimulatedResource | null {
    const resource = this.find(url);
    const refusal = failure?.status ?? refuseRange(resource, sent);
    const { unreadable, status } = resource;
    const isError = refusal !== null || status < 200 || status > 299;
    if (refusal === 'unreadable' || unreadable === 'all' || (isError && unreadable === 'errors')) return null;
    if (refusal !== null) return explain(refusal, failure?.headers ?? []);
    const fitting = !redirected && this.#tellsParts(url, resource) ? resource.parts : fittingParts(resource);
    return fitting === resource.parts ? resource : { ...resource, parts: fitting };
  }

  /**
   * Whether a part that only its length tells from the whole can be told from it: all that was said of this place
   * before was true, and is true still.
   */
  #tellsParts(url: string, { version, etag, declaresLength, encoded, hidden }: SimulatedResource): boolean {
    const first = this.#firstVersions.get(url) ?? version;
    this.#firstVersions.set(url, first);
    const isTold = etag === 'strong' && declaresLength && !encoded && !hidden.includes('etag');
    return isTold && first === version && !this.#lied.has(url);
  }

  /** The whole body of a resource as it is now. */
  contentOf(url: string, { version, size, edited, status, contentKey }: SimulatedResource): Uint8Array {
    const place = contentKey ?? withoutQuery(url);
    const key = status === 200 ? place : `${place} ${status}`;
    const name = `${key} ${version} ${size}`;
    const known = this.#contents.get(name);
    if (known) return known;
    const content = edited ? editedContent(key, version, size, edited) : contentBytes(key, version, 0, size);
    this.#contents.set(name, content);
    return content;
  }
}

/** How parts are sent where something but their length has to tell that they are parts. */
function fittingParts({ parts, hidden }: SimulatedResource): SimulatedResource['parts'] {
  return parts === 'as 200' && !hidden.includes('content-range') ? 'as 200' : 'as 206';
}

/** What a server gives that only says what is wrong. */
function explain(status: number, headers: HeaderList): SimulatedResource {
  return { ...ordinaryResource, size: explanationSize, status, headers, etag: 'none' };
}

function withoutQuery(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
