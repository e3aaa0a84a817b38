/** Rows by key, as they are on stable storage. */
export type Table<Row> = Map<string, Row>;

/** One row that a transaction has changed; undefined where there is none. */
export interface Change<Row> {
  readonly key: string;
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

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

  /** Writes the changes into the table; gives those that made a difference. */
  apply(): Change<Row>[] {
    const made: Change<Row>[] = [];
    for (const [key, row] of this.#changes) {
      const before = this.#table.get(key);
      if (row === undefined) this.#table.delete(key);
      else this.#table.set(key, row);
      if (before || row) made.push({ key, before, after: row });
    }
    return made;
  }
}
