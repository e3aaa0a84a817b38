/**
 * Lets a number of records transfer at a time. A record may have several requests under way: it counts as one for as
 * long as it has any.
 */
export class RecordPool {
  readonly #limit: number;
  readonly #places = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether a record may begin a request. */
  admits(record: string): boolean {
    return this.#places.size < this.#limit || this.#places.has(record);
  }

  /** How many requests of a record are under way. */
  count(record: string): number {
    return this.#places.get(record) ?? 0;
  }

  add(record: string): void {
    this.#places.set(record, this.count(record) + 1);
  }

  delete(record: string): void {
    const left = this.count(record) - 1;
    if (left > 0) this.#places.set(record, left);
    else this.#places.delete(record);
  }
}
