import { Command, InvalidArgumentError } from 'commander';

export { type Print, runSideBySide } from './side-by-side.ts';

/** Exit code of a command that was not used as it can be, as bgfetch has it. */
const wrongUsage = 2;

/**
 * A developer command, to which its options are added. `--help` prints them and ends the process; so does what can't be
 * used, with the reason instead.
 * @param call what its options are typed after, such as `npm run simulate --`
 */
export function createCommand(call: string, description: string): Command {
  return new Command(call)
    .description(description)
    .showHelpAfterError(`(${call} --help says what can be given)`)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : wrongUsage));
}

/** A parser of whole numbers from `least` to `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = parseNumber(text);
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    const limits = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`Give a whole number ${limits}.`);
  };
}

/** A parser of numbers above 0. */
export function positiveNumber(text: string): number {
  const number = parseNumber(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError('Give a number above 0.');
}

/** Nothing and blanks are 0 to `Number`. */
function parseNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}
