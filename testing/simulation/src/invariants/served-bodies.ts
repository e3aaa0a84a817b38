import type { ResponseHead, StoredRequest } from '@background-fetch/core';
import type { Exchange } from '../network/simulated-network.ts';
import type { World } from '../world/world.ts';

interface Served {
  readonly method: string;
  readonly status: number;
  readonly body: Uint8Array;
}

const known = new WeakMap<World, ServedBodies>();

/** Every body that the servers of a world really served, whole as it was meant. */
export class ServedBodies {
  readonly #served = new Map<string, Served[]>();

  /** The bodies that a world's servers serve from now on. */
  static of(world: World): ServedBodies {
    const existing = known.get(world);
    if (existing) return existing;
    const bodies = new ServedBodies();
    known.set(world, bodies);
    world.observers.unshift({ answered: (exchange) => bodies.#note(exchange) });
    return bodies;
  }

  /** Those that a response with this head may have: of each version, one. */
  candidates(
    request: Pick<StoredRequest, 'method'>,
    { url, status }: Pick<ResponseHead, 'url' | 'status'>,
  ): Uint8Array[] {
    const served = this.#served.get(place(url)) ?? [];
    return served
      .filter((one) => one.method === request.method && one.status === status)
      .map(({ body }) => body);
  }

  #note({ request: { request }, url, answer, whole }: Exchange): void {
    const list = this.#served.get(place(url)) ?? [];
    this.#served.set(place(url), list);
    // a range that the author asked for is a body of its own; ours are parts of one
    const isAuthors = request.headers.some(([name]) => name.toLowerCase() === 'range');
    // some servers say 200 of a part, too
    const isPart = answer.status === 206 || (answer.status === 200 && answer.isPart);
    const { start, end } = answer.content;
    const body = isPart && !isAuthors ? whole : whole.slice(start, end);
    const status = isPart && !isAuthors ? 200 : answer.status;
    const isKnown = list.some(
      (one) => one.method === request.method && one.status === status && Buffer.compare(one.body, body) === 0,
    );
    if (!isKnown) list.push({ method: request.method, status, body });
  }
}

/** Signatures and fragments lead to the same resource. */
function place(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? url;
}
