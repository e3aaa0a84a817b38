import type { SimulatedResource } from '../network/simulated-resource.ts';
import type { Simulation } from '../simulation/simulation.ts';
import type { Draw, Happening, Menu } from './happening.ts';

/** What shows at a body that was cut, and that could be continued otherwise. */
const continuable: Partial<SimulatedResource> = { status: 200, etag: 'strong', ranges: 'honoured' };

function conduct(draw: Draw, what: string, change: Partial<SimulatedResource>, url = draw.url()): Happening {
  const after = draw.chance(0.7) ? draw.integer(0, Math.max(0, draw.sizeOf(url) - 1)) : null;
  const cut = after === null ? '' : `; a body is cut after ${after} bytes`;
  return {
    at: 0,
    what: `${url} ${what}${cut}`,
    happen: (simulation) => {
      Object.assign(simulation.resource(url), after !== null && continuable, change);
      if (after !== null) simulation.world.network.plan(url, { kind: 'cut', after });
      simulation.happened(`conduct: ${what}`);
    },
  };
}

/** Ranges are refused, and the plain request is not. */
function drawRefusedRanges(draw: Draw): Happening {
  const rangeRefusal = draw.pick([400, 403, 405, 412, 500, 501, 'unreadable'] as const);
  return conduct(draw, `answers ranges with ${rangeRefusal}`, { rangeRefusal });
}

/** A part that does not say 206. */
function drawPartsAsWhole(draw: Draw): Happening {
  const parts = draw.pick(['as 200', 'as bare 200'] as const);
  // but for what it says of itself, nothing would tell
  const told = { declaresLength: true, encoded: false, ...(parts === 'as bare 200' && { hidden: [] }) };
  return conduct(draw, `sends parts ${parts}`, { parts, ...told });
}

/** What follows the last byte is asked for, and not answered as it should be. */
function drawBeyondEnd(draw: Draw): Happening {
  const beyondEnd = draw.pick(['empty part', 'unreadable', 403, 404, 500] as const);
  return conduct(draw, `answers what is beyond its end with ${beyondEnd}`, { beyondEnd });
}

function drawIfRange(draw: Draw): Happening {
  return conduct(draw, 'gives the whole to each If-Range', { ifRange: 'whole' });
}

/** Offsets are those of the encoded body, whatever is asked for. */
function drawEncodedRanges(draw: Draw): Happening {
  const encodedShare = draw.pick([0.4, 0.8, 1.005]);
  const change = { encoded: true, encodesRanges: true, encodedShare };
  return conduct(draw, `is encoded, its ranges, too, as ${encodedShare} of its size`, change);
}

function drawUnreadable(draw: Draw): Happening {
  const others = draw.urls.filter((url) => !url.startsWith('https://app.test/'));
  const url = draw.pick(others.length > 0 ? others : draw.urls);
  const unreadable = draw.pick(['all', 'errors', 'errors'] as const);
  return conduct(draw, `lets nobody see ${unreadable}`, { unreadable }, url);
}

/** Two hosts that have the same, to which one is sent by turns. */
function drawEdges(draw: Draw): Happening {
  const url = draw.url();
  const sameTag = draw.chance(0.5);
  draw.places.push(...edgesOf(url));
  const what = `is at two edges, with ${sameTag ? 'the same ETag' : 'ETags of their own'}`;
  return {
    at: 0,
    what: `${url} ${what}`,
    happen: (simulation) => {
      divide(simulation, url, sameTag);
      simulation.happened(`conduct: ${what}`);
    },
  };
}

/** What happens to the resource at this URL happens to both, which are seen through it. */
function divide(simulation: Simulation, url: string, sameTag: boolean): void {
  const edges = edgesOf(url);
  const resource = simulation.resource(url);
  for (const [place, edge] of edges.entries()) {
    const own = { redirectTo: null, contentKey: url, ...(!sameTag && { tagPrefix: `edge${place + 1}` }) };
    simulation.world.network.mirror(edge, () => ({ ...resource, ...own }));
  }
  resource.redirectTo = edges;
}

function edgesOf(url: string): string[] {
  const { pathname } = new URL(url);
  return [1, 2].map((number) => `https://edge${number}.test${pathname}`);
}

/** How servers conduct themselves with ranges, and where they are. */
export const conducts: Menu = [
  [3, drawRefusedRanges],
  [3, drawPartsAsWhole],
  [3, drawBeyondEnd],
  [1.5, drawIfRange],
  [2, drawEncodedRanges],
  [1.5, drawUnreadable],
  [1.5, drawEdges],
];
