import { type FetchReport, type FetchStatus, type FileStatus, hasEnded } from '../../daemon/status.ts';
import { describeAmount, describeFailure, describeReason } from '../describe.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { printable } from '../printable.ts';
import { Tracker } from '../progress/tracker.ts';
import type { Session } from '../session.ts';

/** What following fetches to their end came to. */
export interface Followed {
  readonly fetches: readonly { readonly fetch: FetchStatus; readonly files: readonly FileStatus[] }[];
  readonly exitCode: ExitCode;
}

/** Shows how fetches get on, until all have ended. */
export async function followToEnd(
  session: Session,
  ids: readonly string[],
  output: Output,
  onReport: (report: FetchReport) => void = () => {},
): Promise<Followed> {
  const reporter = output.reporter();
  const tracker = new Tracker();
  try {
    await session.call('follow', { fetches: ids }, (report) => {
      tracker.add(report, performance.now());
      reporter.report(report);
      onReport(report);
    });
  } finally {
    reporter.end();
  }
  const fetches = ids.flatMap((id) => {
    const fetch = tracker.fetch(id);
    return fetch ? [{ fetch, files: tracker.files(id) }] : [];
  });
  return { fetches, exitCode: exitCodeOf(fetches.map(({ fetch }) => fetch)) };
}

/** The worst: one whose end nobody saw, a failure before an abort, and these before a file that has no place. */
export function exitCodeOf(fetches: readonly FetchStatus[]): ExitCode {
  if (fetches.some(({ state }) => !hasEnded(state))) return exitCodes.trouble;
  if (fetches.some(({ state }) => state === 'failure')) return exitCodes.failed;
  if (fetches.some(({ state }) => state === 'aborted')) return exitCodes.aborted;
  return fetches.some(({ problem }) => problem !== null) ? exitCodes.trouble : exitCodes.success;
}

/** Says how fetches ended, and where their files are. */
export function summarise({ fetches, exitCode }: Followed, output: Output): void {
  for (const { fetch, files } of fetches) {
    for (const file of files) {
      if (file.state === 'saved')
        output.result(printable(file.path ?? ''), { event: 'saved', id: fetch.id, ...file });
    }
    if (fetch.state !== 'aborted') {
      for (const file of files) if (file.state === 'failed') output.error(describeFailure(file));
    }
    if (fetch.problem !== null) output.error(printable(fetch.problem));
    if (!hasEnded(fetch.state))
      output.error(
        `${printable(fetch.id)} was forgotten by another command before its end was seen: run this one again`,
      );
    output.note(`${printable(fetch.id)}: ${describeEnd(fetch)}`);
    if (output.json) {
      const { id, state, reason, cause, downloaded, fileCount, problem } = fetch;
      output.event({ event: 'end', id, state, reason, cause, downloaded, fileCount, problem, exitCode });
    }
  }
}

function describeEnd(fetch: FetchStatus): string {
  if (fetch.state === 'success') return `done, ${describeAmount(fetch)}`;
  if (fetch.state !== 'failure') return `${fetch.state}: ${describeReason(fetch.reason, null)}`;
  // why was said of each file
  return `failure (${fetch.reason}); "bgfetch log ${printable(fetch.id)}" has what went wrong on the way`;
}

function describePause(id: string): string {
  const shown = printable(id);
  return `${shown}: another command has paused it: "bgfetch resume ${shown}", or this one again, goes on from there`;
}

/**
 * Follows until the end, until the user interrupts, or until another command has paused all that have not ended: nobody may
 * ever let these go on, and that is said.
 * @returns null for an interruption and for what is paused
 */
export async function followUnlessInterrupted(
  session: Session,
  ids: readonly string[],
  output: Output,
  onInterrupt: (times: number) => Promise<'stop' | 'go on'>,
): Promise<Followed | null> {
  let times = 0;
  let stop: (value: null) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const interrupted = new Promise<null>((resolve, reject) => {
    stop = resolve;
    fail = reject;
  });
  const listener = (): void => {
    onInterrupt(++times).then((answer) => {
      if (answer === 'stop') stop(null);
    }, fail);
  };
  process.on('SIGINT', listener);
  try {
    const states = new Map<string, FetchStatus['state']>();
    const following = followToEnd(session, ids, output, ({ fetch }) => {
      states.set(fetch.id, fetch.state);
      const paused = ids.filter((id) => states.get(id) === 'paused');
      const isOver = ids.every((id) => states.get(id) === 'paused' || hasEnded(states.get(id) ?? 'active'));
      if (times > 0 || paused.length === 0 || !isOver) return;
      for (const id of paused) output.error(describePause(id));
      stop(null);
    });
    following.catch(() => {});
    return await Promise.race([following, interrupted]);
  } finally {
    process.off('SIGINT', listener);
  }
}
