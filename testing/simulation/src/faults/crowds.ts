import type { CrowdRefusal } from '../network/simulated-origin.ts';
import type { Draw, Happening, Menu } from '../plan/happening.ts';

const refusals: readonly (readonly [what: string, refusal: CrowdRefusal])[] = [
  ['503', { status: 503, headers: [] }],
  ['503, Retry-After: 1', { status: 503, headers: [['retry-after', '1']] }],
  ['429', { status: 429, headers: [] }],
  ['429, Retry-After: 2', { status: 429, headers: [['retry-after', '2']] }],
  ['403', { status: 403, headers: [] }],
  ['no answer', { status: null, headers: [] }],
];

/** A host bears few requests at a time, from some moment on. */
function drawCrowdedHost(draw: Draw): Happening {
  const url = draw.place();
  const bears = draw.pick([1, 1, 2, 2, 3]);
  const [what, refusal] = draw.pick(refusals);
  const linger = draw.pick([0, 0, 0, 5, 100]);
  return {
    at: draw.chance(0.7) ? 0 : draw.moment(),
    what: `${new URL(url).origin} bears ${bears} at a time, ended ones for ${linger} ms more; to others: ${what}`,
    happen: ({ world, happened }) => {
      Object.assign(world.network.origin(url), { bears, refusal, linger });
      happened('host that bears few requests');
    },
  };
}

/** The page keeps a connection for itself, as an EventSource does, or downloads some things. */
function drawVisits(draw: Draw): Happening {
  const url = draw.place();
  const count = draw.pick([1, 2, 5, 6]);
  const duration = draw.pick([100, 3000, 5000, 30_000]);
  return {
    at: draw.chance(0.5) ? 0 : draw.moment(),
    what: `the page holds ${count} connections to ${new URL(url).origin} for ${duration} ms`,
    happen: ({ world, happened, harmLasts }) => {
      harmLasts(duration);
      for (let i = 0; i < count; i++) void world.network.visit(url, duration);
      happened('page with requests of its own');
    },
  };
}

export const crowds: Menu = [
  [3, drawCrowdedHost],
  [3, drawVisits],
];
