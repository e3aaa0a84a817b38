import { reasonOf } from '@background-fetch/common';
import { type ExitCode, exitCodes } from './exit-codes.ts';

/** What a command ends with that can't write its results: it says why, unless nobody reads them any more, as `head`. */
export function endOfUnwritableOutput(error: NodeJS.ErrnoException): ExitCode {
  if (error.code === 'EPIPE') return exitCodes.aborted;
  process.stderr.write(`bgfetch: The standard output can't be written: ${reasonOf(error)}\n`);
  return exitCodes.trouble;
}
