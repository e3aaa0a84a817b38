import { clockFaults } from '../faults/clock.ts';
import { contextFaults, crashes } from '../faults/contexts.ts';
import { crowds } from '../faults/crowds.ts';
import { cuts, networkFaults } from '../faults/network.ts';
import { drawLongOutage, outages } from '../faults/outages.ts';
import { serverFaults, versionChanges } from '../faults/servers.ts';
import { storeFaults } from '../faults/store.ts';
import { seededRandom } from '../host/seeded-random.ts';
import { controls } from '../users/control-a-fetch.ts';
import { drawHandling } from '../users/handle-events.ts';
import { readers } from '../users/read-a-body.ts';
import { drawFetch, drawManyRequests } from '../users/start-a-fetch.ts';
import { Draw, type Happening, type Menu } from './happening.ts';
import { drawHostTraits } from './host-traits.ts';
import { drawOriginTraits } from './origin-traits.ts';
import { conducts } from './range-traits.ts';
import { drawResourceTraits } from './resource-traits.ts';

/** All that one seed decides. */
export interface Plan {
  readonly seed: number;
  /** Where resources are, and how many bytes the first version of each has. */
  readonly sizes: ReadonlyMap<string, number>;
  /** By time. */
  readonly happenings: readonly Happening[];
}

const origins = ['https://app.test', 'https://app.test', 'https://cdn.test'];

/** How many happenings of each kind a plan has, at least and at most. */
const courses: readonly (readonly [min: number, max: number, menu: Menu])[] = [
  [0, 2, versionChanges],
  [0, 2, cuts],
  [0, 2, networkFaults],
  [0, 3, serverFaults],
  [0, 2, crashes],
  [0, 1, contextFaults],
  [-2, 1, storeFaults],
  [-6, 1, clockFaults],
  [-1, 3, controls],
  [-1, 2, readers],
];

/** The same of what origins do: some plans have none of it. */
const originCourses: typeof courses = [
  [0, 1, conducts],
  [-1, 1, cuts],
  [-1, 1, crowds],
  [-1, 1, outages],
];

export function drawPlan(seed: number): Plan {
  const random = seededRandom(`plan ${seed}`);
  const names = ['a', 'b', 'c'].slice(0, random.integer(1, 3));
  const sizes = new Map(
    names.map((name) => [`${origins[random.integer(0, 2)]}/${name}`, drawSize(random.next())]),
  );
  const ids = ['film', 'song', 'film'].slice(0, [1, 1, 2, 3][random.integer(0, 3)]);
  const draw = new Draw(random, sizes, ids);
  const happenings = [
    ...drawHostTraits(draw),
    ...draw.urls.flatMap((url) => drawResourceTraits(draw, url)),
    ...ids.map((id, place) => drawFetch(draw, id, place === 0)),
    ...Array.from({ length: Math.max(0, draw.integer(-2, 2)) }, () => drawHandling(draw)),
    ...follow(draw, courses),
    ...drawOrigins(new Draw(random.fork('origins'), sizes, ids)),
  ];
  return { seed, sizes, happenings: happenings.sort((a, b) => a.at - b.at) };
}

function follow(draw: Draw, list: typeof courses): Happening[] {
  return list.flatMap(([min, max, menu]) =>
    Array.from({ length: Math.max(0, draw.integer(min, max)) }, () => draw.oneOf(menu)),
  );
}

/** How hosts and the way to them are: drawn apart, so that what else happens in a plan does not depend on it. */
function drawOrigins(draw: Draw): Happening[] {
  if (draw.chance(0.35)) return [];
  return [
    ...drawOriginTraits(draw),
    ...(draw.chance(0.15) ? [drawManyRequests(draw)] : []),
    ...(draw.chance(0.06) ? drawLongOutage(draw) : []),
    ...follow(draw, originCourses),
  ];
}

/** bytes: some resources are empty, most have several checkpoints. */
function drawSize(chance: number): number {
  if (chance < 0.04) return 0;
  return Math.floor(chance < 0.5 ? chance * 1000 : chance * 1800);
}
