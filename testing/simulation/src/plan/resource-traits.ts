import type { SimulatedResource } from '../network/simulated-resource.ts';
import type { Draw, Happening } from './happening.ts';

const day = 86_400_000;

/** What a server of another origin shows only if it is told to. */
const exposable = ['etag', 'content-range', 'date', 'content-encoding', 'accept-ranges'];

interface Trait {
  readonly what: string;
  readonly change: (resource: SimulatedResource, now: number) => void;
}

/** What is out of the ordinary with a resource, from the beginning. */
export function drawResourceTraits(draw: Draw, url: string): Happening[] {
  const traits = [
    ...drawVersionTraits(draw, draw.sizeOf(url)),
    ...drawServerTraits(draw),
    ...drawPace(draw),
    ...(url.startsWith('https://app.test/') ? [] : [drawExposure(draw)]),
  ];
  return traits.map(({ what, change }) => ({
    at: 0,
    what: `${url} ${what}`,
    happen: (simulation) => change(simulation.resource(url), simulation.world.clock.now()),
  }));
}

function drawVersionTraits(draw: Draw, size: number): Trait[] {
  const traits: Trait[] = [];
  if (draw.chance(0.45)) {
    const etag = draw.pick(['weak', 'none'] as const);
    traits.push({ what: `has an ETag: ${etag}`, change: (resource) => (resource.etag = etag) });
  }
  if (draw.chance(0.5)) {
    const age = draw.pick([0, 500, 1500, 61_000, 10 * day]);
    traits.push({
      what: `was modified ${age} ms ago`,
      change: (resource, now) => (resource.lastModified = now - age),
    });
  }
  if (draw.chance(0.3)) {
    const start = draw.integer(0, size);
    const edited = { start, end: start + draw.integer(1, Math.max(1, size / 2)) };
    traits.push({
      what: `changes from ${edited.start} to ${edited.end} only`,
      change: (resource) => (resource.edited = edited),
    });
  }
  return traits;
}

function drawServerTraits(draw: Draw): Trait[] {
  const traits: Trait[] = [];
  const maybe = (probability: number, what: string, change: (resource: SimulatedResource) => void): void => {
    if (draw.chance(probability)) traits.push({ what, change });
  };
  maybe(0.5, 'accepts ranges, and says so', (resource) => {
    resource.headers = [...resource.headers, ['accept-ranges', 'bytes']];
  });
  maybe(0.12, 'ignores ranges', (resource) => (resource.ranges = 'ignored'));
  maybe(0.2, 'ignores If-Range', (resource) => (resource.ifRange = 'ignored'));
  maybe(0.12, 'is encoded', (resource) => (resource.encoded = true));
  maybe(0.2, 'tells no length', (resource) => (resource.declaresLength = false));
  maybe(0.05, 'is not found', (resource) => (resource.status = 404));
  maybe(0.03, 'has no content', (resource) => (resource.status = 204));
  return traits;
}

function drawPace(draw: Draw): Trait[] {
  if (draw.chance(0.5)) return [];
  const [chunkSize, chunkInterval, latency] = [
    draw.pick([1, 40, 150, 1000]),
    draw.integer(1, 60),
    draw.integer(0, 200),
  ] as const;
  const what = `sends ${chunkSize} bytes each ${chunkInterval} ms, the first after ${latency} ms`;
  // a byte at a time is for small bodies
  const large = draw.sizes.size > 0 && chunkSize === 1;
  return [
    {
      what,
      change: (resource) => {
        Object.assign(resource, { chunkSize: large ? Math.max(1, resource.size >> 5) : chunkSize });
        Object.assign(resource, { chunkInterval, latency });
      },
    },
  ];
}

function drawExposure(draw: Draw): Trait {
  const hidden = exposable.filter(() => draw.chance(0.6));
  return {
    what: `hides ${hidden.join(', ') || 'nothing'}`,
    change: (resource) => (resource.hidden = hidden),
  };
}
