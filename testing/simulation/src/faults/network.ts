import type { SimulatedFault } from '../network/simulated-fault.ts';
import type { Draw, Happening, Menu } from '../plan/happening.ts';

/** What happens to one of the next responses of a server. */
export function faultOf(at: number, url: string, fault: SimulatedFault, what: string): Happening {
  return { at, what: `${url}: ${what}`, happen: ({ world }) => world.network.plan(url, fault) };
}

/** Early, so that there is a response it can happen to. */
function soon(draw: Draw): number {
  return draw.chance(0.7) ? 0 : draw.moment();
}

function drawCut(draw: Draw): Happening {
  const url = draw.url();
  const after = draw.integer(0, Math.max(0, draw.sizeOf(url) - 1));
  return faultOf(soon(draw), url, { kind: 'cut', after }, `a body is cut after ${after} bytes`);
}

function drawStall(draw: Draw): Happening {
  const url = draw.url();
  const after = draw.integer(0, draw.sizeOf(url));
  return faultOf(soon(draw), url, { kind: 'stalled', after }, `a body stalls after ${after} bytes`);
}

function drawRefusal(draw: Draw): Happening {
  return faultOf(soon(draw), draw.url(), { kind: 'refused' }, 'a connection is refused');
}

function drawHang(draw: Draw): Happening {
  return faultOf(soon(draw), draw.url(), { kind: 'hung' }, 'a response never comes');
}

function drawOfflineSpell(draw: Draw): Happening {
  const duration = draw.pick([50, 400, 3000]);
  return {
    at: draw.moment(),
    what: `the network is gone for ${duration} ms`,
    happen: ({ world, happened, harmLasts }) => {
      happened('offline spell');
      harmLasts(duration);
      world.connectivity.setOnline(false);
      world.clock.setTimer(duration, () => world.connectivity.setOnline(true));
    },
  };
}

export const cuts: Menu = [[1, drawCut]];

export const networkFaults: Menu = [
  [2, drawCut],
  [2, drawStall],
  [2, drawRefusal],
  [1, drawHang],
  [2, drawOfflineSpell],
];
