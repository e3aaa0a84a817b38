import type { Absence, Listener } from './listener.ts';

/** The server's origins, as tests call them. */
export type OriginName = 'same' | 'cross' | 'secure' | 'edge';

/** Ends one outage; the origin is back once all of its outages have ended. */
export type EndOutage = () => Promise<void>;

export interface OutageOptions {
  /** When it ends by itself. */
  readonly milliseconds?: number | undefined;
  /** How new connections are met; those that are open are reset in any case. Refused, if it does not say. */
  readonly as?: Absence | undefined;
}

/** Takes origins out of service. */
export class Outages {
  readonly #origins: Readonly<Record<OriginName, Origin>> = {
    same: new Origin(),
    cross: new Origin(),
    secure: new Origin(),
    edge: new Origin(),
  };

  /** Says what an origin listens on. */
  set(name: OriginName, listeners: readonly Listener[]): void {
    this.#origins[name].listeners = listeners;
  }

  /** Resolves once the origin is out. An outage that begins during another is like that one. */
  begin(name: OriginName, options: OutageOptions = {}): Promise<EndOutage> {
    return this.#origins[name].begin(options);
  }

  /** Ends all outages of an origin. */
  end(name: OriginName): Promise<void> {
    return this.#origins[name].end();
  }

  isOut(name: OriginName): boolean {
    return this.#origins[name].isOut;
  }

  /** Whether a port is one that an outage of the origin closes. */
  hasPort(name: OriginName, port: number | undefined): boolean {
    return this.#origins[name].listeners.some((listener) => listener.port === port);
  }

  /** Nothing comes back after this. */
  async stop(): Promise<void> {
    await Promise.all(Object.values(this.#origins).map((origin) => origin.stop()));
  }
}

class Origin {
  listeners: readonly Listener[] = [];
  readonly #outages = new Map<EndOutage, Absence>();
  #stopped = false;
  #settled: Promise<unknown> = Promise.resolve();

  get isOut(): boolean {
    return this.listeners.some((listener) => !listener.isOpen);
  }

  async begin({ milliseconds, as = 'refused' }: OutageOptions): Promise<EndOutage> {
    let timer: NodeJS.Timeout | undefined;
    const end = async () => {
      clearTimeout(timer);
      this.#outages.delete(end);
      await this.#settle();
    };
    this.#outages.set(end, as);
    await this.#settle();
    if (milliseconds !== undefined && this.#outages.has(end)) {
      timer = setTimeout(end, milliseconds);
    }
    return end;
  }

  async end(): Promise<void> {
    await Promise.all([...this.#outages.keys()].map((end) => end()));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.end();
  }

  /** One change after the other, each to what is wanted when its turn comes. */
  #settle(): Promise<unknown> {
    const settled = this.#settled.then(() => {
      if (this.#stopped) {
        return;
      }
      const [absence] = this.#outages.values();
      return Promise.all(
        this.listeners.map((one) => {
          if (absence !== undefined) {
            return one.isOpen ? one.goAway(absence) : undefined;
          }
          return one.isOpen ? undefined : one.comeBack();
        }),
      );
    });
    this.#settled = settled.catch(() => undefined);
    return settled;
  }
}
