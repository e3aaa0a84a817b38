export type Outcome =
  /** One version, byte for byte. */
  | 'whole'
  /** Bytes that don't belong together, and the tool says that all is well. */
  | 'MIXED'
  /** Too short, and the tool says that all is well. */
  | 'TRUNCATED'
  /** It says that it failed. */
  | 'failed';

export interface Verdict {
  readonly outcome: Outcome;
  readonly detail: string;
  /** Whether it is whole, and cost no more than the trial allows. */
  readonly kept: boolean;
}
