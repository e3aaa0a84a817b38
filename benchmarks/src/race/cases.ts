/** A file that changes while its download is interrupted. Both versions have the same size. */
export interface Case {
  readonly name: string;
  /** What the fault server is asked for. */
  readonly faults: string;
}

export const cases: readonly Case[] = [
  { name: 'new ETag and Last-Modified', faults: 'etag=strong' },
  { name: 'only a new Last-Modified', faults: 'etag=none' },
  { name: 'the server ignores If-Range', faults: 'etag=strong&ifrange=ignore' },
];
