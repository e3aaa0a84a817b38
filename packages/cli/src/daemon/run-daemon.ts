import { createWriteStream, writeSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf } from '@background-fetch/common';
import { StoreInUseError } from '@background-fetch/node';
import { Authorities } from './authorities.ts';
import { Daemon } from './daemon.ts';
import { FetchKeeper } from './fetch-keeper.ts';
import { jsonLine } from './json-line.ts';
import type { KeptFetch } from './kept-fetch.ts';
import { KeptFetches } from './kept-fetches.ts';
import { LogFile } from './log-file.ts';
import { openEngineOfDaemon } from './open-engine.ts';
import { type DaemonPaths, daemonPaths, makeDaemonDirectories } from './private-directory.ts';
import { DaemonError } from './protocol.ts';
import { announceVariable } from './start-daemon.ts';
import type { Loss } from './store-identity.ts';
import { StoreWatch } from './store-watch.ts';

/** ms for what is under way to come to rest; what does not is at rest anyway, up to its last checkpoint */
const closeLimit = 10_000;

export interface RunOptions {
  readonly store: string;
  readonly version: string;
  /** ms */
  readonly idleTimeout: number;
}

/** Runs the daemon of a store in this process. Resolves when it has ended. */
export async function runDaemon({ store, version, idleTimeout }: RunOptions): Promise<void> {
  const paths = daemonPaths(store);
  // what it makes on its own account is for its user only; files are saved with the rights that their user wants
  process.umask(0o077);
  // each fetch says itself whether certificates are checked
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  const announce = announcer();
  // it outlives its terminal
  process.on('SIGHUP', () => {});
  try {
    await makeDaemonDirectories(paths);
    // the directory it was started in may be on something that is to be taken away
    process.chdir(paths.store);
    await sweepBodies(paths.bodies);
    const log = new LogFile(paths.log);
    await serve(paths, version, idleTimeout, log, announce);
  } catch (cause) {
    const error = cause instanceof StoreInUseError ? inUse(paths.store, cause) : cause;
    announce({ code: cause instanceof DaemonError ? cause.code : codeOf(cause), reason: reasonOf(error) });
    throw error;
  }
}

async function serve(
  paths: DaemonPaths,
  version: string,
  idleTimeout: number,
  log: LogFile,
  announce: Announce,
): Promise<void> {
  const write = (message: string): void => log.write(message);
  const store = new KeptFetches(paths.notes, paths.received, new Authorities(paths.authorities));
  const load = (): Promise<KeptFetch[]> =>
    store.load((path, reason) =>
      write(`${path} can't be read, and is left where it is: ${reasonOf(reason)}`),
    );
  // the engine asks for settings as soon as it is open; only then is what was kept this daemon's alone
  const before = new Map((await load()).map((fetch) => [fetch.id, fetch.settings]));
  let keeper: FetchKeeper | undefined;
  const engine = await openEngineOfDaemon(
    paths.store,
    (id) => keeper?.settingsOf(id) ?? before.get(id) ?? {},
    write,
  );
  keeper = new FetchKeeper({ engine, store, log: write, now: Date.now }, await load());
  const daemon = new Daemon({ keeper, paths, version, idleTimeout });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => daemon.stop(signal));
  await daemon.listen();
  write(`Daemon of version ${version} for ${paths.store}`);
  announce('ready');
  const watch = new StoreWatch();
  const lost = watch.untilLost(paths.store, listenerAgain(daemon, write));
  const reason = await Promise.race([
    daemon.stopped,
    lost.then((loss) => endAtOnce(loss, paths, daemon, write)),
  ]);
  watch.end();
  write(`Ends: ${reason}`);
  const steps = [() => daemon.close(), () => keeper.close(), () => engine.close()];
  for (const step of steps) {
    if (await isDoneWithin(closeLimit, step())) continue;
    write('Ends at once: something that it waits for has no end');
    // a call of the system that has no end keeps a process from leaving in any other way; everything is at rest
    process.kill(process.pid, 'SIGKILL');
  }
}

/** Lets clients find the daemon again; says once why they can't. */
function listenerAgain(daemon: Daemon, log: (message: string) => void): () => Promise<void> {
  let said = '';
  return async () => {
    const why = await daemon.listenAgain().then(() => '', reasonOf);
    if (why !== '' && why !== said) log(`Its socket is gone, and it can't listen anew: ${why}`);
    said = why;
  };
}

/**
 * Ends a daemon whose store is not its own any more, as a kill would. To close the database would remove the files beside
 * it by their names, and these may be those of another store, or in use by another daemon, by now.
 */
async function endAtOnce(
  loss: Loss,
  { store }: DaemonPaths,
  daemon: Daemon,
  log: (message: string) => void,
): Promise<never> {
  if (loss === 'lock') log('Ends at once: its lock was removed, so that another daemon may have the store');
  else {
    const lost =
      `The store ${store} was removed, or another one is in its place: its daemon (process ${process.pid}) ends, ` +
      'and what it had under way is where that store is. Run the command again to begin anew';
    log(lost);
    tellWhoeverStarted(lost);
    await daemon.refuseAll(new DaemonError('trouble', lost));
  }
  process.kill(process.pid, 'SIGKILL');
  return await new Promise(() => {});
}

/** The standard error is the log that this daemon was started with, wherever that is now, or its terminal. */
function tellWhoeverStarted(message: string): void {
  try {
    writeSync(
      process.stderr.fd,
      `${new Date().toISOString()} ${process.pid} ${jsonLine(message).slice(1, -1)}\n`,
    );
  } catch {
    // nobody is there to be told
  }
}

async function isDoneWithin(limit: number, work: Promise<void>): Promise<boolean> {
  return await Promise.race([work.then(() => true), delay(limit, false, { ref: false })]);
}

type Announce = (said: 'ready' | { code: string; reason: string }) => void;

/** ms for which a client may read a body in before the daemon gets it */
const longestReading = 24 * 60 * 60_000;

/** Removes bodies of clients that were killed before they had handed them over. */
async function sweepBodies(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const { mtimeMs } = await lstat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > longestReading) await rm(path, { force: true });
  }
}

/** Tells whoever started this daemon in the background whether it is ready. */
function announcer(): Announce {
  if (process.env[announceVariable] !== '1') return () => {};
  delete process.env[announceVariable];
  const stream = createWriteStream('', { fd: 3 });
  stream.on('error', () => {});
  return (said) => {
    stream.end(typeof said === 'string' ? said : JSON.stringify(said));
  };
}

function codeOf(error: unknown): string {
  return error instanceof StoreInUseError ? 'in-use' : 'trouble';
}

function inUse(store: string, cause: StoreInUseError): DaemonError {
  const holder = cause.pid === null ? 'another program' : `process ${cause.pid}`;
  return new DaemonError(
    'trouble',
    `The store ${store} is in use by ${holder}: end that one, or choose another store with --store`,
    { cause },
  );
}
