import type { RegistrationKey } from '@background-fetch/core';
import { Context } from './context.ts';
import type { World } from './world.ts';

/** A window: it uses the API, and the engine works elsewhere. */
export class Page extends Context {
  #frozen = false;

  constructor(world: World, name: string, registration: RegistrationKey) {
    super(world, name, registration, false);
  }

  override get frozen(): boolean {
    return this.#frozen;
  }

  /** As a window in the background that is not run. */
  freeze(): void {
    this.#frozen = true;
    this.announcements.freeze();
  }

  thaw(): void {
    this.#frozen = false;
    this.announcements.thaw();
  }

  protected override wake(): void {
    this.world.wakeEngines(this.registration);
  }
}
