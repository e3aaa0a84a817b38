import type { Announcements, BackgroundFetchSnapshot, FetchKey } from '@background-fetch/core';
import { random } from './host.ts';

/** What contexts of an origin tell each other. All state goes this way: measured, it is never overtaken. */
type ChannelMessage =
  | { readonly type: 'state'; readonly snapshot: BackgroundFetchSnapshot; readonly receipt?: number }
  | { readonly type: 'applied'; readonly context: number; readonly receipt: number }
  | { readonly type: 'following'; readonly context: number; readonly key: FetchKey }
  /** A new engine asks who follows what: its predecessor took the answer with it. */
  | { readonly type: 'roll-call' }
  /** A new version of the worker of this scope wants to take over. */
  | { readonly type: 'hand-over'; readonly scope: string };

/** Pages that are frozen or were closed don't answer: they are waited for once, and no longer. ms */
const receiptTimeout = 500;

type Listener = (snapshot: BackgroundFetchSnapshot) => void;

/** The announcements port on a BroadcastChannel. */
export class Channel implements Announcements {
  readonly #channel = new BroadcastChannel('background-fetch');
  readonly #context = random.next();
  readonly #listeners = new Set<Listener>();
  readonly #followed = new Set<FetchKey>();
  readonly #followers = new Map<FetchKey, Set<number>>();
  readonly #receipts = new Map<number, (context: number) => void>();
  onHandOver: (scope: string) => void = () => {};

  constructor() {
    this.#channel.onmessage = ({ data }: MessageEvent<ChannelMessage>) => this.#receive(data);
  }

  publish(snapshot: BackgroundFetchSnapshot): void {
    this.#apply(snapshot);
    this.#post({ type: 'state', snapshot });
  }

  async publishAndWait(snapshot: BackgroundFetchSnapshot): Promise<void> {
    this.#apply(snapshot);
    const missing = new Set(this.#followers.get(snapshot.key));
    if (!snapshot.recordsAvailable) this.#followers.delete(snapshot.key);
    const receipt = random.next();
    this.#post({ type: 'state', snapshot, receipt });
    if (missing.size === 0) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, receiptTimeout);
      this.#receipts.set(receipt, (context) => {
        missing.delete(context);
        if (missing.size === 0) resolve();
      });
    });
    this.#receipts.delete(receipt);
    for (const context of missing) this.#followers.get(snapshot.key)?.delete(context);
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  follow(key: FetchKey): void {
    this.#followed.add(key);
    this.#post({ type: 'following', context: this.#context, key });
  }

  callTheRoll(): void {
    this.#post({ type: 'roll-call' });
  }

  askForHandOver(scope: string): void {
    this.#post({ type: 'hand-over', scope });
  }

  #post(message: ChannelMessage): void {
    this.#channel.postMessage(message);
  }

  #apply(snapshot: BackgroundFetchSnapshot): void {
    if (!snapshot.recordsAvailable) this.#followed.delete(snapshot.key);
    for (const listener of this.#listeners) listener(snapshot);
  }

  #receive(message: ChannelMessage): void {
    const context = this.#context;
    switch (message?.type) {
      case 'state': {
        // any script of the origin can post here
        if (!message.snapshot) break;
        const followed = this.#followed.has(message.snapshot.key);
        // at once: nothing is read in between, so that no message of the app overtakes the state
        this.#apply(message.snapshot);
        if (followed && message.receipt !== undefined)
          this.#post({ type: 'applied', context, receipt: message.receipt });
        break;
      }
      case 'applied':
        this.#receipts.get(message.receipt)?.(message.context);
        break;
      case 'following': {
        const followers = this.#followers.get(message.key) ?? new Set();
        this.#followers.set(message.key, followers.add(message.context));
        break;
      }
      case 'roll-call':
        for (const key of this.#followed) this.#post({ type: 'following', context, key });
        break;
      case 'hand-over':
        this.onHandOver(message.scope);
        break;
    }
  }
}
