import type { Simulation } from '../simulation/simulation.ts';
import type { Observer } from '../world/observer.ts';

/** Something that is so in every world, at every step. */
export interface Invariant {
  readonly name: string;
  /** The same as a sentence. */
  readonly promise: string;
  /** Watches a world from its beginning on; `violated` is told what it saw that must not be. */
  readonly watch: (simulation: Simulation, violated: (what: string) => void) => Observer;
}
