/** A connection to an origin in use: from when it is free for a request until nothing more comes of that. */
export class SimulatedConnection {
  /** Called when it breaks. */
  onCut = (): void => {};
  readonly #onClose: () => void;
  #open = true;

  constructor(onClose: () => void) {
    this.#onClose = onClose;
  }

  /** It is free for another request. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#onClose();
  }

  cut(): void {
    if (this.#open) this.onCut();
  }
}
