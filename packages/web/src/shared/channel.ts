import type { BackgroundFetchSnapshot, ClientAnnouncements, FetchKey, Wanted } from '@background-fetch/core';
import { random } from './host.ts';
import { channelName } from './names.ts';

/** The messages between contexts of an origin. All state goes this way: measured, it is never overtaken. */
export type ChannelMessage =
  | {
      readonly type: 'state';
      readonly snapshot: BackgroundFetchSnapshot;
      readonly receipt?: number | undefined;
    }
  | { readonly type: 'applied'; readonly context: number; readonly receipt: number }
  | { readonly type: 'following'; readonly context: number; readonly key: FetchKey }
  | ({ readonly type: 'wanted' } & Wanted)
  /** A new engine asks who follows what: its predecessor took the answer with it. */
  | { readonly type: 'roll-call' }
  /** A new version of the worker of this scope wants to take over. */
  | { readonly type: 'hand-over'; readonly scope: string };

type Listener = (snapshot: BackgroundFetchSnapshot) => void;

/** The announcements port on a BroadcastChannel, as a context needs it that runs no engine. */
export class Channel implements ClientAnnouncements {
  readonly #channel = new BroadcastChannel(channelName);
  readonly #context = random.next();
  readonly #listeners = new Set<Listener>();
  readonly #followed = new Set<FetchKey>();

  constructor() {
    this.#channel.onmessage = ({ data }: MessageEvent<ChannelMessage>) => this.receive(data);
  }

  publish(snapshot: BackgroundFetchSnapshot, receipt?: number): void {
    this.#apply(snapshot);
    this.post({ type: 'state', snapshot, receipt });
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  follow(key: FetchKey): void {
    this.#followed.add(key);
    this.#tellOf(key);
  }

  want({ key, index }: Wanted): void {
    this.post({ type: 'wanted', key, index });
  }

  askForHandOver(scope: string): void {
    this.post({ type: 'hand-over', scope });
  }

  /** Asks the engine of this scope to let go, wherever it runs. */
  letGo(scope: string): void {
    this.askForHandOver(scope);
  }

  protected post(message: ChannelMessage): void {
    this.#channel.postMessage(message);
  }

  /** Any script of the origin can post here: a message may be anything. */
  protected receive(message: ChannelMessage): void {
    if (message?.type === 'state' && message.snapshot) {
      const { snapshot, receipt } = message;
      const followed = this.#followed.has(snapshot.key);
      // the state is applied at once: nothing is read in between, so that no message of the app overtakes it
      this.#apply(snapshot);
      if (followed && receipt !== undefined) this.post({ type: 'applied', context: this.#context, receipt });
    } else if (message?.type === 'roll-call') {
      for (const key of this.#followed) this.#tellOf(key);
    }
  }

  #tellOf(key: FetchKey): void {
    this.post({ type: 'following', context: this.#context, key });
  }

  #apply(snapshot: BackgroundFetchSnapshot): void {
    if (!snapshot.recordsAvailable) this.#followed.delete(snapshot.key);
    for (const listener of this.#listeners) listener(snapshot);
  }
}
