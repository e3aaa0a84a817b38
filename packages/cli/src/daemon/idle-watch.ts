/** Calls back once there was nothing to do for a while. */
export class IdleWatch {
  readonly #timeout: number;
  readonly #isIdle: () => Promise<boolean>;
  readonly #onIdle: () => void;
  #timer: NodeJS.Timeout | null = null;
  #ended = false;

  /** @param timeout ms */
  constructor(timeout: number, isIdle: () => Promise<boolean>, onIdle: () => void) {
    this.#timeout = timeout;
    this.#isIdle = isIdle;
    this.#onIdle = onIdle;
  }

  /** To be called whenever something began or ended: the time starts anew. */
  look(): void {
    if (this.#ended) return;
    this.#timer ??= setTimeout(() => void this.#elapsed(), this.#timeout);
    this.#timer.refresh();
  }

  end(): void {
    this.#ended = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #elapsed(): Promise<void> {
    const idle = await this.#isIdle().catch(() => false);
    if (this.#ended) return;
    if (idle) this.#onIdle();
    else this.look();
  }
}
