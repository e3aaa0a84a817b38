/** What a worker reported, in its order, with the means to wait for more. */
export class Reports<Report> {
  readonly all: Report[] = [];
  readonly #watchers = new Set<() => void>();

  add(report: Report): void {
    this.all.push(report);
    for (const watch of this.#watchers) watch();
  }

  /** The first of what `find` gives for the reports, past or future. */
  first<T>(find: (reports: readonly Report[]) => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const watch = (): void => {
        const found = find(this.all);
        if (found === undefined) return;
        this.#watchers.delete(watch);
        resolve(found);
      };
      this.#watchers.add(watch);
      watch();
    });
  }
}
