import { scope } from './scope.ts';

/** ms for which this version does nothing, so that one that waits takes over if it may */
const rest = 2000;
/** ms between two such rests while another version waits */
const turn = 20_000;

interface Work {
  /** Resolves when all is at rest, and no event is kept waiting any more. */
  stop(): Promise<void>;
  /** Called when this version is the active one still. */
  goOn(): void;
}

/**
 * Gives other versions of this worker their turn. A browser activates one that waits, and may, only while no event of this
 * one is pending, and a download keeps one pending all the time. So this one rests for a moment when another is
 * installed, which may have asked to skip waiting, when a page is left, which may have been the last, and now and then while it waits.
 */
export class Turns {
  readonly #work: Work;
  #restedAt = Number.NEGATIVE_INFINITY;
  #resting: Promise<void> | null = null;
  /** Whether this is the version that waits. */
  #isNew = false;

  constructor(work: Work) {
    this.#work = work;
    scope.addEventListener('install', () => {
      this.#isNew = true;
    });
    scope.addEventListener('activate', () => {
      this.#isNew = false;
    });
    scope.registration.addEventListener('updatefound', () => {
      scope.registration.installing?.addEventListener('statechange', () => {
        // WebKit may tell a version of its own installation after it was activated
        if (scope.registration.waiting && !this.#isNew) this.#rest();
      });
    });
  }

  /** Whether nothing is to begin: all that there is comes to rest, or is. */
  get resting(): boolean {
    return this.#resting !== null;
  }

  /** Resolves when this version has its turn again, if it is the active one still. */
  async over(): Promise<void> {
    await this.#resting;
  }

  /**
   * A page wants this version to go on: another one may have its turn instead.
   * @param last whether that page is being left
   */
  onPing(last: boolean): void {
    const isDue = last || performance.now() - this.#restedAt > turn;
    if (scope.registration.waiting && isDue) this.#rest();
  }

  #rest(): void {
    this.#resting ??= this.#work
      .stop()
      .then(() => new Promise<void>((resolve) => setTimeout(resolve, rest)))
      .then(() => {
        this.#resting = null;
        this.#restedAt = performance.now();
        this.#work.goOn();
      });
  }
}
