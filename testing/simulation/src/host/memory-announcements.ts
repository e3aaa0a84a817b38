import type { Announcements, BackgroundFetchSnapshot, Clock, FetchKey, Wanted } from '@background-fetch/core';

type Listener = (snapshot: BackgroundFetchSnapshot) => void | Promise<void>;

/** Connects the contexts of one host. Other contexts hear of a change after `latency` ms, in the order of calls. */
export class MemoryBus {
  readonly clock: Clock;
  readonly latency: number;
  /** ms after which a frozen context is no longer waited for */
  readonly patience: number;
  readonly contexts = new Set<MemoryAnnouncements>();

  constructor(clock: Clock, { latency = 1, patience = 500 } = {}) {
    this.clock = clock;
    this.latency = latency;
    this.patience = patience;
  }

  connect(): MemoryAnnouncements {
    return new MemoryAnnouncements(this);
  }
}

/** One context on the bus. */
export class MemoryAnnouncements implements Announcements {
  readonly #bus: MemoryBus;
  readonly #listeners = new Set<Listener>();
  readonly #wantedListeners = new Set<(wanted: Wanted) => void>();
  readonly #followed = new Set<FetchKey>();
  readonly #missed: (() => void)[] = [];
  #frozen = false;
  #deaf = false;

  constructor(bus: MemoryBus) {
    this.#bus = bus;
    bus.contexts.add(this);
  }

  publish(snapshot: BackgroundFetchSnapshot): void {
    this.#send(snapshot);
  }

  async publishAndWait(snapshot: BackgroundFetchSnapshot): Promise<void> {
    const answers = this.#send(snapshot);
    let forget = () => {};
    const patience = new Promise<void>((resolve) => {
      forget = this.#bus.clock.setTimer(this.#bus.patience, resolve);
    });
    await Promise.race([Promise.all(answers), patience]);
    forget();
  }

  follow(key: FetchKey): void {
    this.#followed.add(key);
  }

  subscribe(listener: Listener): () => void {
    const own: Listener = (snapshot) => listener(snapshot);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  want(wanted: Wanted): void {
    if (!this.#bus.contexts.has(this)) return;
    this.#tellWanted(wanted);
    for (const other of this.#bus.contexts)
      if (other !== this) this.#bus.clock.setTimer(this.#bus.latency, () => other.#tellWanted({ ...wanted }));
  }

  onWanted(listener: (wanted: Wanted) => void): () => void {
    const own = (wanted: Wanted): void => listener(wanted);
    this.#wantedListeners.add(own);
    return () => {
      this.#wantedListeners.delete(own);
    };
  }

  /**
   * As a page in the background that is not run: it hears of nothing until it thaws.
   * @param deaf as one in a back/forward cache: not then either
   */
  freeze(deaf = false): void {
    this.#frozen = true;
    this.#deaf = deaf;
  }

  thaw(): void {
    this.#frozen = false;
    this.#deaf = false;
    for (const apply of this.#missed.splice(0)) apply();
  }

  /** The context is gone: nobody waits for it, and it hears nothing. */
  close(): void {
    this.#bus.contexts.delete(this);
    this.#listeners.clear();
    this.#wantedListeners.clear();
    this.thaw();
  }

  /** Gives the answers of this context and of those that show this fetch. */
  #send(snapshot: BackgroundFetchSnapshot): Promise<void>[] {
    if (!this.#bus.contexts.has(this)) return [];
    const own = this.#apply(snapshot);
    const others = [...this.#bus.contexts].filter((other) => other !== this);
    const answers = others.flatMap((other) => {
      const copy = structuredClone(snapshot);
      const applied = new Promise<void>((resolve) => {
        const apply = () => {
          other.#apply(copy).then(resolve);
        };
        this.#bus.clock.setTimer(this.#bus.latency, () => {
          if (!other.#frozen) apply();
          else if (!other.#deaf) other.#missed.push(apply);
        });
      });
      return other.#followed.has(snapshot.key) ? [applied] : [];
    });
    return [own, ...answers];
  }

  #tellWanted(wanted: Wanted): void {
    for (const listener of this.#wantedListeners) listener(wanted);
  }

  /** Every listener has heard it when this returns; it resolves when what they do with it has settled. */
  async #apply(snapshot: BackgroundFetchSnapshot): Promise<void> {
    await Promise.allSettled([...this.#listeners].map(async (listener) => listener(snapshot)));
  }
}
