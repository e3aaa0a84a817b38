/** What the engine's process tells at its end. */
export interface Report {
  readonly fetches: number;
  /** By how a fetch ended: success, or the reason of its failure. */
  readonly ends: Readonly<Record<string, number>>;
  /** What must not happen, each with its fetch. */
  readonly faults: readonly string[];
  /** ms: the longest for which the event loop had no turn */
  readonly longestBlock: number;
  /** MiB: the most that the process had resident */
  readonly mostResident: number;
  /** MiB in use after a collection, after each tenth of the fetches */
  readonly inUse: readonly number[];
}
