/** Lets one piece of work after the other have its turn, in the order of asking. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves, or rejects, as the work does, once its turn has come and it is done. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Resolves when everything that was asked for before is done. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
