import type { LoadShape } from '../load-shape.ts';

/** How many records there are, and how they are spread. */
export interface Shape extends LoadShape {
  readonly name: string;
}

const sizes = [1000, 10_000, 100_000];

export const shapes: readonly Shape[] = [
  ...sizes.map((records) => ({ name: 'one fetch', fetches: 1, recordsPerFetch: records })),
  ...sizes.map((records) => ({ name: 'fetches of 100', fetches: records / 100, recordsPerFetch: 100 })),
];

/** What browsers bear: as many background fetches as an app may have at once. */
export const browserShapes: readonly LoadShape[] = [100, 1000].map((fetches) => ({
  fetches,
  recordsPerFetch: 10,
}));
