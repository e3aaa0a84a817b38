import type { Draw, Happening, Menu } from '../plan/happening.ts';

function drawClockJump(draw: Draw): Happening {
  const jump = draw.pick([-3_600_000, -5000, 5000, 90_000, 3_600_000]);
  return {
    at: draw.moment(),
    what: `the host's clock jumps by ${jump} ms`,
    happen: ({ world, happened }) => {
      world.traits.clockError += jump;
      happened('clock jump');
    },
  };
}

export const clockFaults: Menu = [[1, drawClockJump]];
