import { type CatalogueItem, totalBytes } from '../catalogue.ts';
import { forget, isComplete, keptPaths, type News, newsChannel, type Outcome, readOutcome } from '../kept.ts';
import type { BackgroundFetching } from './background-fetch.ts';
import { TransferRate } from './transfer-rate.ts';

export interface Transfer {
  readonly registration: BackgroundFetchRegistration;
  readonly rate: TransferRate;
}

/** Where an item stands. */
export type ItemState =
  /** `outcome` where an attempt has ended without everything being kept. */
  | { readonly kind: 'absent'; readonly outcome: Outcome | null }
  | { readonly kind: 'active'; readonly transfer: Transfer; readonly paused: boolean }
  /** All is downloaded, or it has failed; the service worker puts it away. */
  | { readonly kind: 'settling'; readonly transfer: Transfer }
  | { readonly kind: 'kept' };

/** The downloads of this origin, whichever page started them. Fires `change` with the item's id as `detail`. */
export class Downloads extends EventTarget {
  readonly #items: ReadonlyMap<string, CatalogueItem>;
  readonly #backgroundFetching: BackgroundFetching;
  readonly #states = new Map<string, ItemState>();
  readonly #attached = new WeakSet<BackgroundFetchRegistration>();
  /** Put away: a last `progress` event may come after the news of that. */
  readonly #done = new WeakSet<Transfer>();
  readonly #news = new BroadcastChannel(newsChannel);

  constructor(items: readonly CatalogueItem[], backgroundFetching: BackgroundFetching) {
    super();
    this.#items = new Map(items.map((item) => [item.id, item]));
    this.#backgroundFetching = backgroundFetching;
    this.#news.addEventListener('message', ({ data }: MessageEvent<News>) => {
      if (data.type === 'settled') this.#finish(data.id);
    });
    // Another tab may have started or deleted something meanwhile.
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) void this.refresh();
    });
  }

  get canPause(): boolean {
    return this.#backgroundFetching.display !== null;
  }

  state(id: string): ItemState {
    return this.#states.get(id) ?? { kind: 'absent', outcome: null };
  }

  /** Finds what is under way, what is kept and what has failed. */
  async refresh(): Promise<void> {
    const { manager } = this.#backgroundFetching;
    const active = new Set(await manager.getIds());
    await Promise.all(
      [...this.#items.keys()].map(async (id) => {
        const registration = active.has(id) ? await manager.get(id) : undefined;
        if (registration) this.#attach(registration);
        else if (!this.#isPuttingAway(id)) await this.#readKept(id);
      }),
    );
  }

  /** Starts what is not kept yet of an item. */
  async start(item: CatalogueItem): Promise<BackgroundFetchRegistration> {
    const kept = await keptPaths(item.id);
    const missing = item.files.filter(({ url }) => !kept.includes(url));
    const icon = item.files.find(({ role }) => role === 'artwork')?.url ?? '/icon.svg';
    const registration = await this.#backgroundFetching.manager.fetch(
      item.id,
      missing.map(({ url }) => url),
      {
        title: item.title,
        icons: [{ src: icon, sizes: 'any', type: 'image/svg+xml' }],
        downloadTotal: totalBytes({ ...item, files: missing }),
      },
    );
    this.#attach(registration);
    return registration;
  }

  async abort(id: string): Promise<void> {
    await this.#transfer(id)?.registration.abort();
  }

  async pause(id: string): Promise<void> {
    const transfer = this.#transfer(id);
    if (transfer) await this.#backgroundFetching.display?.pause(transfer.registration);
  }

  async resume(id: string): Promise<void> {
    const transfer = this.#transfer(id);
    if (transfer) await this.#backgroundFetching.display?.resume(transfer.registration);
  }

  /** What a click on the browser's own display would do. */
  async click(id: string): Promise<void> {
    const transfer = this.#transfer(id);
    if (transfer) await this.#backgroundFetching.display?.click(transfer.registration);
  }

  async remove(id: string): Promise<void> {
    await forget(id);
    await this.#readKept(id);
  }

  #transfer(id: string): Transfer | null {
    const state = this.state(id);
    return state.kind === 'active' ? state.transfer : null;
  }

  #attach(registration: BackgroundFetchRegistration): void {
    const state = this.state(registration.id);
    // `get()` may give the same object again, or another one for the same download.
    if (this.#attached.has(registration) || (state.kind === 'active' && !this.#hasEnded(state.transfer))) {
      return;
    }
    this.#attached.add(registration);
    const transfer = { registration, rate: new TransferRate() };
    registration.addEventListener('progress', () => this.#update(transfer));
    this.#backgroundFetching.display?.onPausedChange(registration, () => this.#update(transfer));
    this.#update(transfer);
  }

  #hasEnded({ registration }: Transfer): boolean {
    return registration.result !== '';
  }

  #update(transfer: Transfer): void {
    if (this.#done.has(transfer)) return;
    const { registration, rate } = transfer;
    rate.add(registration.downloaded, performance.now());
    const paused = this.#backgroundFetching.display?.isPaused(registration) ?? false;
    this.#set(
      registration.id,
      this.#hasEnded(transfer) ? { kind: 'settling', transfer } : { kind: 'active', transfer, paused },
    );
  }

  #isPuttingAway(id: string): boolean {
    const state = this.state(id);
    return state.kind === 'settling' && state.transfer.registration.recordsAvailable;
  }

  #finish(id: string): void {
    const state = this.state(id);
    if (state.kind === 'active' || state.kind === 'settling') this.#done.add(state.transfer);
    void this.#readKept(id);
  }

  async #readKept(id: string): Promise<void> {
    const item = this.#items.get(id);
    if (!item) return;
    const complete = isComplete(item, await keptPaths(id));
    this.#set(id, complete ? { kind: 'kept' } : { kind: 'absent', outcome: await readOutcome(id) });
  }

  #set(id: string, state: ItemState): void {
    this.#states.set(id, state);
    this.dispatchEvent(new CustomEvent('change', { detail: id }));
  }
}
