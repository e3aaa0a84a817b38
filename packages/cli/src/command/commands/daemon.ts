import { runDaemon } from '../../daemon/run-daemon.ts';
import { endDaemon, findDaemon } from '../../daemon/start-daemon.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatDuration } from '../format.ts';
import { printable } from '../printable.ts';
import { type CommonOptions, runCommand, runWithDaemon, storeOf } from '../run-command.ts';
import { version } from '../version.ts';

export async function startDaemon(options: CommonOptions): Promise<void> {
  await runWithDaemon(options, async (session, output) => {
    const { pid, store } = await session.call('status', {});
    output.result(`The daemon for ${printable(store)} runs as process ${pid}`, {
      event: 'daemon',
      running: true,
      pid,
      store,
    });
    return exitCodes.success;
  });
}

export async function stopDaemon(options: CommonOptions): Promise<void> {
  await runCommand(options, async (output) => {
    const store = storeOf(options);
    const text = (await endDaemon({ store, version })) ? 'The daemon was stopped' : 'No daemon was running';
    output.result(`${text} for ${printable(store)}`, { event: 'daemon', running: false, store });
    return exitCodes.success;
  });
}

export async function daemonStatus(options: CommonOptions): Promise<void> {
  await runCommand(options, async (output) => {
    const store = storeOf(options);
    const connection = await findDaemon({ store, version });
    if (!connection) {
      output.result(`No daemon is running for ${printable(store)}`, {
        event: 'daemon',
        running: false,
        store,
      });
      return exitCodes.notRunning;
    }
    const status = await connection.call('status', {});
    connection.close();
    const since = formatDuration(Date.now() - status.started);
    output.result(
      `The daemon for ${printable(status.store)} runs as process ${status.pid}, version ${status.version}, for ${since}; ` +
        `${status.active} of ${status.fetches} fetches are under way`,
      { event: 'daemon', running: true, ...status },
    );
    return exitCodes.success;
  });
}

export async function runInForeground(options: CommonOptions & { idle: number }): Promise<void> {
  await runCommand(options, async () => {
    // a timer can't be longer
    const idleTimeout = options.idle === 0 ? 2 ** 31 - 1 : Math.min(options.idle * 1000, 2 ** 31 - 1);
    await runDaemon({ store: storeOf(options), version, idleTimeout });
    // nothing that is still open may keep a daemon alive that holds no store any more
    process.exit(exitCodes.success);
  });
}
