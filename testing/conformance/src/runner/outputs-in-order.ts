/** Takes lines of text. */
export type Print = (text: string) => void;

interface Output {
  readonly waiting: string[];
  ended: boolean;
}

/**
 * Outputs of runs that go on at the same time, one below the other: the oldest that has not ended is shown as it
 * comes, those after it when it has.
 */
export class OutputsInOrder {
  readonly #outputs: Output[] = [];
  readonly #show: Print;

  constructor(show: Print = console.log) {
    this.#show = show;
  }

  open(): { readonly print: Print; readonly end: () => void } {
    const output: Output = { waiting: [], ended: false };
    this.#outputs.push(output);
    return {
      print: (text) => {
        output.waiting.push(text);
        this.#flush();
      },
      end: () => {
        output.ended = true;
        this.#flush();
      },
    };
  }

  #flush(): void {
    for (let first = this.#outputs[0]; first; first = this.#outputs[0]) {
      for (const text of first.waiting.splice(0)) this.#show(text);
      if (!first.ended) return;
      this.#outputs.shift();
    }
  }
}
