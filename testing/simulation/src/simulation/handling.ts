/** How somebody reads. */
export interface Manner {
  /** ms between two reads */
  readonly pace: number;
  /** bytes after which the reader has enough; null for never */
  readonly enough: number | null;
}

/** What the app does with one event. */
export interface Handling {
  /** ms; null for a promise that never settles */
  readonly duration: number | null;
  readonly reads: Manner | null;
  readonly updatesUI: boolean;
  readonly throws: boolean;
}

/** As it should be: everything is read. */
export const properHandling: Handling = {
  duration: 0,
  reads: { pace: 0, enough: null },
  updatesUI: false,
  throws: false,
};
