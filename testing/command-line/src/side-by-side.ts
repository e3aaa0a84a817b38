/** Takes text that is to be shown. */
export type Print = (text: string) => void;

interface Output {
  readonly waiting: string[];
  ended: boolean;
}

/** Outputs one below the other: the oldest that has not ended is shown as it comes, those after it when it has. */
class OutputsInOrder {
  readonly #outputs: Output[] = [];
  readonly #show: Print;

  constructor(show: Print) {
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

/**
 * Runs `atATime` of these at the same time, in their order, and resolves with what they resolved to. What each prints is
 * shown together. Rejects with the first error; what was begun goes on.
 */
export async function runSideBySide<Item, Result>(
  items: readonly Item[],
  atATime: number,
  show: Print,
  run: (item: Item, print: Print) => Promise<Result>,
): Promise<Result[]> {
  const outputs = new OutputsInOrder(show);
  const results: Result[] = [];
  const waiting = items.entries();
  const runOneByOne = async (): Promise<void> => {
    for (const [index, item] of waiting) {
      const { print, end } = outputs.open();
      results[index] = await run(item, print);
      end();
    }
  };
  await Promise.all(Array.from({ length: atATime }, runOneByOne));
  return results;
}
