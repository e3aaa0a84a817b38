import type { NetworkRequest } from '@background-fetch/core';
import type { Actor } from '../world/actor.ts';
import type { World } from '../world/world.ts';

const known = new WeakMap<World, UnderWay>();

/** The requests of engines of which more may come. */
export class UnderWay {
  readonly #askers = new Map<NetworkRequest, Actor>();

  /** Those of a world, from now on: who looks when one is asked for or refused sees that one among them. */
  static of(world: World): UnderWay {
    const existing = known.get(world);
    if (existing) return existing;
    const underWay = new UnderWay();
    known.set(world, underWay);
    const askers = underWay.#askers;
    world.observers.unshift({
      asked: (request, by) => void askers.set(request, by),
      concluded: (request) => void askers.delete(request),
      ended: ({ request }) => void askers.delete(request),
      killed(context) {
        for (const [request, by] of askers) if (by === context) askers.delete(request);
      },
    });
    return underWay;
  }

  /** Who asks for it. */
  askerOf(request: NetworkRequest): Actor | undefined {
    return this.#askers.get(request);
  }

  /** Those that were made to an origin. */
  at(origin: string): [request: NetworkRequest, by: Actor][] {
    return [...this.#askers].filter(([request]) => originOf(request) === origin);
  }
}

export function originOf({ request: { url } }: NetworkRequest): string {
  return new URL(url).origin;
}
