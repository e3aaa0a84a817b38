import { catchUp, type RegistrationKey } from '@background-fetch/core';
import { Context } from './context.ts';
import type { Surroundings } from './surroundings.ts';

/** A window: it uses the API, and the engine works elsewhere. */
export class Page extends Context {
  #state: 'running' | 'frozen' | 'put away' = 'running';
  #cameBack = Number.NEGATIVE_INFINITY;

  constructor(world: Surroundings, name: string, registration: RegistrationKey) {
    super(world, name, registration, false);
  }

  override get frozen(): boolean {
    return this.#state !== 'running';
  }

  /** When it last came back from the back/forward cache. */
  get cameBack(): number {
    return this.#cameBack;
  }

  /** As a window in the background that is not run. */
  freeze(): void {
    this.#state = 'frozen';
    this.announcements.freeze();
  }

  /** As one that was left, and lies in the back/forward cache: it never hears what is told meanwhile. */
  putAway(): void {
    this.#state = 'put away';
    this.announcements.freeze(true);
  }

  thaw(): void {
    const wasAway = this.#state === 'put away';
    this.#state = 'running';
    this.announcements.thaw();
    if (!wasAway) return;
    this.#cameBack = this.world.clock.now();
    void this.whileAlive(catchUp(this.realm));
  }

  protected override wake(): void {
    this.world.wakeEngines(this.registration);
  }
}
