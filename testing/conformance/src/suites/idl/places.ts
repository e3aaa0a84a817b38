import type { Context } from '../../support/calls.ts';
import { openContext } from '../../support/contexts.ts';
import { host } from '../../support/host.ts';
import { openScope } from '../../support/scope.ts';

export interface Place {
  readonly name: string;
  readonly kind: 'window' | 'worker' | 'service worker';
  open(): Promise<Context & { close(): void | Promise<void> }>;
}

const all: readonly Place[] = [
  {
    name: 'a window',
    kind: 'window',
    open: async () => ({ run: async (body, ...args) => body(...args), close: () => {} }),
  },
  {
    name: 'a dedicated worker',
    kind: 'worker',
    open: () => openContext('dedicated-worker', { lasting: true }),
  },
  { name: 'a shared worker', kind: 'worker', open: () => openContext('shared-worker', { lasting: true }) },
  { name: 'a service worker', kind: 'service worker', open: () => openScope({ lasting: true }) },
];

/** The kinds of contexts that have the API. Node has one context, which is what a page is and what a service worker is. */
export const places = all.filter(({ kind }) => host.engine !== 'node' || kind !== 'worker');

/** Describes something in a place, with the context that is open while its tests run. */
export function describeIn(place: Place, body: (context: () => Context) => void): void {
  describe(`in ${place.name}`, () => {
    let context: Awaited<ReturnType<Place['open']>> | undefined;
    before(async () => {
      context = await place.open();
    });
    after(() => context?.close());
    body(() => {
      if (!context) throw new Error(`${place.name} is not open`);
      return context;
    });
  });
}
