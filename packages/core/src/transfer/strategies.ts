import type { RestPlan } from './plan-attempt.ts';
import type { trackUpload } from './track-upload.ts';

/** The steps of a transfer that a host takes in its own way. Users set numbers: see `EngineOptions`. */
export interface TransferStrategies {
  /** Takes what one of so many connections fetches next from the ranges that wait; it may join some. */
  readonly takePiece: (waiting: RestPlan[], connections: number) => RestPlan | undefined;
  /** `trackUpload`, on hosts whose network tells of the transmission of request bodies */
  readonly trackUpload?: typeof trackUpload;
}

/** The strategies of a host that has none of its own. */
export const defaultStrategies: TransferStrategies = {
  takePiece: (waiting) => waiting.shift(),
};
