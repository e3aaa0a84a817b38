import type { Draw, Happening, Menu } from '../plan/happening.ts';

function drawFailedWrites(draw: Draw): Happening {
  const failure = draw.chance(0.3) ? 'quota' : 'io';
  const whose = draw.chance(0.7) ? 'worker' : 'page';
  return {
    at: draw.moment(),
    what: `the next write of a ${whose} fails: ${failure}`,
    happen: (simulation) => {
      const context = whose === 'worker' ? simulation.worker : simulation.page(0);
      context?.store.failWrites(failure, 'once');
    },
  };
}

function drawFullDisk(draw: Draw): Happening {
  const left = draw.integer(0, 1000);
  const duration = draw.pick([100, 1000, 5000]);
  return {
    at: draw.moment(),
    what: `${left} bytes are left on the disk, for ${duration} ms`,
    happen: ({ world, harmLasts }) => {
      harmLasts(duration);
      world.disk.capacity = world.disk.used() + left;
      world.clock.setTimer(duration, () => (world.disk.capacity = null));
    },
  };
}

export const storeFaults: Menu = [
  [3, drawFailedWrites],
  [1, drawFullDisk],
];
