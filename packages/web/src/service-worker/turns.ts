import { scope } from './scope.ts';

/** ms for which this version does nothing, so that one that waits takes over if it may */
const rest = 2000;
/** ms after which the page that follows one that was left is there, if there is any */
const arrival = 1000;

interface Work {
  /** Resolves when all is at rest, and no event is kept waiting any more. */
  stop(): Promise<void>;
  /** Goes on; called when this version is the active one still. */
  goOn(): void;
}

/**
 * Gives other versions of this worker their turn, which need a moment without a pending event:
 * docs/discoveries.md#a-version-that-waits-for-events. This one rests when another is installed, which may have asked to
 * skip waiting, and when the last page is left. It does not rest more often: what can't be resumed begins again after
 * each rest, and a version may wait for as long as a page is open.
 */
export class Turns {
  readonly #work: Work;
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
        // a version may be told of its own installation late: docs/discoveries.md#webkit-states-of-a-worker
        if (!this.#isNew) this.#rest();
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

  /** A page is being left. */
  async onLeft(): Promise<void> {
    if (!scope.registration.waiting) return;
    await new Promise((resolve) => setTimeout(resolve, arrival));
    // a version that waits does so for every page that this one controls
    if ((await scope.clients.matchAll({ type: 'all' })).length === 0) this.#rest();
  }

  #rest(): void {
    if (!scope.registration.waiting) return;
    this.#resting ??= this.#work
      .stop()
      .then(() => new Promise<void>((resolve) => setTimeout(resolve, rest)))
      .then(() => {
        this.#resting = null;
        this.#work.goOn();
      });
  }
}
