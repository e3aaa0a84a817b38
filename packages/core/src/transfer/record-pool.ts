/**
 * Lets a number of records transfer at a time, and one more for a background fetch that has none: records that never
 * end must not keep another fetch from beginning. A record may have several requests under way, and counts as one while
 * it has any.
 */
export class RecordPool {
  readonly #limit: number;
  /** By record; a record is called after its fetch and its place there. */
  readonly #places = new Map<string, number>();
  readonly #fetches = new Map<number, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether a record of a fetch may begin a request. */
  admits(record: string, fetchOrder: number): boolean {
    const { size } = this.#places;
    if (size < this.#limit || this.#places.has(record)) return true;
    return size === this.#limit && !this.#fetches.has(fetchOrder);
  }

  /** The number of requests of a record that are under way. */
  count(record: string): number {
    return this.#places.get(record) ?? 0;
  }

  add(record: string, fetchOrder: number): void {
    change(this.#places, record, 1);
    change(this.#fetches, fetchOrder, 1);
  }

  delete(record: string, fetchOrder: number): void {
    change(this.#places, record, -1);
    change(this.#fetches, fetchOrder, -1);
  }
}

function change<Name>(counts: Map<Name, number>, name: Name, by: number): void {
  const count = (counts.get(name) ?? 0) + by;
  if (count > 0) counts.set(name, count);
  else counts.delete(name);
}
