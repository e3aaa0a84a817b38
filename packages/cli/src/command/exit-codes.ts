/** What the command's exit status says. docs/cli.md lists them. */
export const exitCodes = {
  /** everything that was asked for was done, and every byte is right */
  success: 0,
  /** a fetch failed */
  failed: 1,
  /** the command was not used as it can be */
  usage: 2,
  /** a fetch was aborted, or the wait for it */
  aborted: 3,
  /** of `daemon status`, as service managers answer it: no daemon runs */
  notRunning: 3,
  /** the store, its daemon, or the place where a file had to go */
  trouble: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The command can't be carried out as it was given. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
