import type { Announcements, BackgroundFetchSnapshot, FetchKey, Wanted } from '@background-fetch/core';
import { Channel, type ChannelMessage } from '../shared/channel.ts';
import { random } from '../shared/host.ts';

/** Pages that are frozen or were closed don't answer: they are waited for once, and no longer. ms */
const receiptTimeout = 500;

/** The announcements port as the engine needs it: it knows who follows what. */
export class EngineChannel extends Channel implements Announcements {
  readonly #followers = new Map<FetchKey, Set<number>>();
  readonly #receipts = new Map<number, (context: number) => void>();
  readonly #wantedListeners = new Set<(wanted: Wanted) => void>();
  onHandOver: (scope: string) => void = () => {};

  async publishAndWait(snapshot: BackgroundFetchSnapshot): Promise<void> {
    const { key, recordsAvailable } = snapshot;
    const missing = new Set(this.#followers.get(key));
    if (!recordsAvailable) this.#followers.delete(key);
    const receipt = random.next();
    this.publish(snapshot, receipt);
    if (missing.size === 0) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, receiptTimeout);
      this.#receipts.set(receipt, (context) => {
        missing.delete(context);
        if (missing.size === 0) resolve();
      });
    });
    this.#receipts.delete(receipt);
    for (const context of missing) this.#followers.get(key)?.delete(context);
  }

  override want(wanted: Wanted): void {
    this.#tellWanted(wanted);
    super.want(wanted);
  }

  onWanted(listener: (wanted: Wanted) => void): () => void {
    this.#wantedListeners.add(listener);
    return () => this.#wantedListeners.delete(listener);
  }

  override letGo(scope: string): void {
    super.letGo(scope);
    this.onHandOver(scope);
  }

  callTheRoll(): void {
    this.post({ type: 'roll-call' });
  }

  protected override receive(message: ChannelMessage): void {
    super.receive(message);
    if (message?.type === 'applied') this.#receipts.get(message.receipt)?.(message.context);
    else if (message?.type === 'following') {
      const followers = this.#followers.get(message.key) ?? new Set();
      this.#followers.set(message.key, followers.add(message.context));
    } else if (message?.type === 'hand-over') this.onHandOver(message.scope);
    else if (message?.type === 'wanted') this.#tellWanted(message);
  }

  #tellWanted(wanted: Wanted): void {
    for (const listener of this.#wantedListeners) listener(wanted);
  }
}
