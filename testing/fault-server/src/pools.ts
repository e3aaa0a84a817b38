/** What a server bears at a time; what is undefined has no limit. */
export interface Limits {
  readonly connections: number | undefined;
  readonly perSecond: number | undefined;
  /** Milliseconds for which an ended request still has its place. */
  readonly linger: number;
}

const second = 1000;

/** The requests of a key, or of all keys that name the pool, and the places they are answered at. */
export class Pool {
  readonly #now: () => number;
  #underWay = 0;
  #most = 0;
  #refused = 0;
  #taken = 0;
  /** When the requests of the last second were given their places. */
  #recent: number[] = [];
  readonly #line: object[] = [];
  readonly #watchers = new Set<() => void>();

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** `most`: the most requests that were under way at a time, whether they had places or not. */
  get counts(): { underWay: number; most: number; refused: number } {
    return { underWay: this.#underWay, most: this.#most, refused: this.#refused };
  }

  /** Counts a request as one that is under way until it is gone. */
  arrive(gone: AbortSignal): void {
    this.#underWay++;
    this.#most = Math.max(this.#most, this.#underWay);
    gone.addEventListener('abort', () => this.#underWay--, { once: true });
  }

  /** Gives a request its place until it is gone, or says what there is too much of. */
  take(limits: Limits, gone: AbortSignal): 'connections' | 'rate' | undefined {
    const excess = this.#excess(limits);
    if (excess) {
      this.#refused++;
    } else {
      this.#occupy(limits, gone);
    }
    return excess;
  }

  /** Waits for a place, behind those that wait already; false if the client did not. */
  async queue(limits: Limits, gone: AbortSignal, onWait: () => void): Promise<boolean> {
    const ticket = {};
    this.#line.push(ticket);
    while (!gone.aborted && (this.#line[0] !== ticket || this.#excess(limits))) {
      onWait();
      await this.#change(gone);
    }
    this.#line.splice(this.#line.indexOf(ticket), 1);
    if (!gone.aborted) {
      this.#occupy(limits, gone);
    }
    this.#changed();
    return !gone.aborted;
  }

  #excess({ connections, perSecond }: Limits): 'connections' | 'rate' | undefined {
    if (connections !== undefined && this.#taken >= connections) {
      return 'connections';
    }
    const since = this.#now() - second;
    this.#recent = this.#recent.filter((at) => at > since);
    return perSecond !== undefined && this.#recent.length >= perSecond ? 'rate' : undefined;
  }

  #occupy({ linger, perSecond }: Limits, gone: AbortSignal): void {
    this.#taken++;
    this.#recent.push(this.#now());
    if (perSecond !== undefined) {
      setTimeout(() => this.#changed(), second + 1).unref();
    }
    const leave = () => {
      this.#taken--;
      this.#changed();
    };
    const onGone = () => (linger === 0 ? leave() : setTimeout(leave, linger).unref());
    gone.addEventListener('abort', onGone, { once: true });
  }

  #change(gone: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const proceed = () => {
        this.#watchers.delete(proceed);
        gone.removeEventListener('abort', proceed);
        resolve();
      };
      this.#watchers.add(proceed);
      gone.addEventListener('abort', proceed);
    });
  }

  #changed(): void {
    for (const proceed of [...this.#watchers]) {
      proceed();
    }
  }
}

/** Pools by their names; one exists once somebody names it. */
export class Pools {
  readonly #pools = new Map<string, Pool>();

  of(name: string): Pool {
    let pool = this.#pools.get(name);
    if (!pool) {
      pool = new Pool();
      this.#pools.set(name, pool);
    }
    return pool;
  }
}
