/** Rows by key, as they are on stable storage. */
export type Table<Row> = Map<string, Row>;

/** A table as a transaction sees it: its own writes lie over the rows until they are applied. */
export class TableView<Row> {
  readonly #table: Table<Row>;
  readonly #changes = new Map<string, Row | undefined>();

  constructor(table: Table<Row>) {
    this.#table = table;
  }

  get(key: string): Row | undefined {
    return this.#changes.has(key) ? this.#changes.get(key) : this.#table.get(key);
  }

  put(key: string, row: Row): void {
    this.#changes.set(key, row);
  }

  delete(key: string): void {
    this.#changes.set(key, undefined);
  }

  *entries(): Iterable<[string, Row]> {
    for (const [key, row] of this.#table) if (!this.#changes.has(key)) yield [key, row];
    for (const [key, row] of this.#changes) if (row !== undefined) yield [key, row];
  }

  apply(): void {
    for (const [key, row] of this.#changes) {
      if (row === undefined) this.#table.delete(key);
      else this.#table.set(key, row);
    }
  }
}
