/** How often each kind of thing happened. */
export class Tally {
  readonly counts = new Map<string, number>();

  count(what: string, times = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  has(what: string): boolean {
    return this.counts.has(what);
  }
}
