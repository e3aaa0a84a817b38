import type { SimulatedOutage } from '../network/simulated-origin.ts';
import type { Draw, Happening, Menu } from '../plan/happening.ts';
import { retryOf } from '../world/engine-traits.ts';

/** ms */
const minute = 60_000;

function outage(
  draw: Draw,
  at: number,
  durations: readonly number[],
  kind: SimulatedOutage['kind'],
): Happening {
  const url = draw.place();
  const duration = draw.pick(durations);
  const cuts = draw.chance(0.5);
  const how = kind === 'refuses' ? 'refuses connections' : 'lets nothing come of connections';
  return {
    at,
    what: `${new URL(url).origin} ${how} for ${duration} ms${cuts ? ', open ones break' : ''}`,
    happen: ({ world, happened, harmLasts }) => {
      happened(`outage of ${duration < minute ? 'seconds' : duration < 60 * minute ? 'minutes' : 'an hour'}`);
      harmLasts(duration);
      world.clock.setTimer(duration, world.beginOutage(url, { kind }, cuts));
    },
  };
}

const short = [200, 700, 3000, 10_000];

const drawOutage = (draw: Draw): Happening => outage(draw, draw.moment(), short, 'refuses');
const drawEarlyOutage = (draw: Draw): Happening => outage(draw, 0, short, 'refuses');
const drawSilence = (draw: Draw): Happening => outage(draw, draw.moment(), short, 'swallows');

/** With an engine that asks seldom, so that this is no long history. */
export function drawLongOutage(draw: Draw): Happening[] {
  return [
    outage(draw, draw.moment(), [2 * minute, 10 * minute, 60 * minute], 'refuses'),
    {
      at: 0,
      what: 'the engine lets a minute pass between two attempts, if it has to',
      happen: ({ world: { traits } }) => {
        traits.engine = { ...traits.engine, retry: { ...retryOf(traits), longestDelay: minute } };
      },
    },
  ];
}

/** What makes origins silent while the host believes that there is a network. */
export const outages: Menu = [
  [4, drawOutage],
  [3, drawEarlyOutage],
  [1, drawSilence],
];
