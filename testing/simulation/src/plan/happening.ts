import type { SeededRandom } from '../host/seeded-random.ts';
import type { Simulation } from '../simulation/simulation.ts';

/** Something that is planned to happen in a world. A plan without some of its happenings is a plan, too. */
export interface Happening {
  /** ms from the beginning */
  readonly at: number;
  readonly what: string;
  readonly happen: (simulation: Simulation) => void;
}

/** What chooses the happenings of one plan. */
export class Draw {
  readonly random: SeededRandom;
  /** Where the resources are. */
  readonly urls: readonly string[];
  /** Those, and others where their content is. */
  readonly places: string[];
  /** bytes of the first version of each */
  readonly sizes: ReadonlyMap<string, number>;
  /** The ids of the fetches that are started. */
  readonly ids: readonly string[];

  constructor(random: SeededRandom, sizes: ReadonlyMap<string, number>, ids: readonly string[]) {
    this.random = random;
    this.sizes = sizes;
    this.urls = [...sizes.keys()];
    this.places = [...this.urls];
    this.ids = ids;
  }

  chance(probability: number): boolean {
    return this.random.next() < probability;
  }

  integer(min: number, max: number): number {
    return this.random.integer(min, max);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.integer(0, list.length - 1)] as T;
  }

  url(): string {
    return this.pick(this.urls);
  }

  place(): string {
    return this.pick(this.places);
  }

  /** bytes of a resource's first version */
  sizeOf(url: string): number {
    return this.sizes.get(url) ?? 0;
  }

  /** A moment while things are going on: most lie at the beginning. */
  moment(): number {
    return this.chance(0.8) ? this.integer(1, 600) : this.integer(600, 4000);
  }

  /** One of the kinds, by their weights. */
  oneOf(menu: Menu): Happening {
    const total = menu.reduce((sum, [weight]) => sum + weight, 0);
    let left = this.random.next() * total;
    const chosen = menu.find(([weight]) => {
      left -= weight;
      return left < 0;
    });
    const [, draw] = chosen ?? (menu[0] as Menu[number]);
    return draw(this);
  }
}

/** Kinds of happenings, with how often each is wanted beside the others. */
export type Menu = readonly (readonly [weight: number, draw: (draw: Draw) => Happening])[];
