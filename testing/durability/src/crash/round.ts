/** What a round came to. */
export interface Figures {
  readonly kills: number;
  readonly files: number;
  /** bytes: the most that one death cost one file */
  readonly mostAgain: number;
}
