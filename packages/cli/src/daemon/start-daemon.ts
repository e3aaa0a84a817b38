import { spawn } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, reasonOf } from '@background-fetch/common';
import { Connection, ConnectionLostError } from './connection.ts';
import {
  type DaemonPaths,
  daemonPaths,
  findSocketDirectory,
  makeDaemonDirectories,
} from './private-directory.ts';
import { DaemonError, protocolVersion } from './protocol.ts';

/** ms in which a daemon has to be reached: another may be ending, or be starting, at this moment */
const startLimit = 20_000;
/** How often it may be killed while it starts, until that is an error. */
const mostKills = 3;
/** ms in which a daemon says hello: one that was stopped, or hangs, never does */
const helloLimit = 20_000;
/** ms in which a daemon whose socket was taken away has made another, or one that ends has ended */
const socketLimit = 5000;
/** ms between two looks at a socket that somebody else is about to open */
const lookInterval = 50;

/** Set in the environment of a daemon that tells on file descriptor 3 whether it is ready. */
export const announceVariable = 'BGFETCH_DAEMON_ANNOUNCES';

export interface DaemonAddress {
  readonly store: string;
  /** of this package */
  readonly version: string;
}

/** Resolves with a connection to the store's daemon, null if none runs, or the store is another program's. */
export async function findDaemon(address: DaemonAddress, limit = helloLimit): Promise<Connection | null> {
  const paths = daemonPaths(address.store);
  const deadline = Date.now() + socketLimit;
  for (;;) {
    const connection = (await findSocketDirectory(paths)) && (await greet(paths, address.version, limit));
    if (connection) return connection;
    const pid = pidOfEngine(paths.store);
    if (pid === null || !isAlive(pid) || Date.now() > deadline) return null;
    await delay(lookInterval);
  }
}

/** Resolves with a connection to the store's daemon, which is started if none runs. */
export async function reachDaemon(address: DaemonAddress): Promise<Connection> {
  const paths = daemonPaths(address.store);
  await makeDaemonDirectories(paths);
  const deadline = Date.now() + startLimit;
  let kills = 0;
  for (;;) {
    const connection = await greet(paths, address.version, helloLimit);
    if (connection) return connection;
    const started = await start(paths);
    if (started === 'ready') continue;
    // whoever ended it may have meant the one before
    if (started.code === 'killed' && ++kills < mostKills) continue;
    if (started.code !== 'in-use' || Date.now() > deadline) {
      throw new DaemonError(
        'trouble',
        `The daemon for ${paths.store} could not be started: ${started.reason}`,
      );
    }
    await delay(lookInterval);
  }
}

/** Connects and agrees on a version; null if nobody is there, or nobody any more. */
async function greet(paths: DaemonPaths, version: string, limit: number): Promise<Connection | null> {
  const connection = await openSocket(paths);
  if (!connection) return null;
  const timer = setTimeout(() => connection.close(silent(paths)), limit);
  try {
    const theirs = await connection.call('hello', { protocol: protocolVersion, version });
    connection.pid = theirs.pid;
    connection.watch({ protocol: protocolVersion, version }, () => silent(paths));
    if (theirs.version === version) return connection;
    const { stopping } = await connection.call('stop', { onlyIfIdle: true });
    if (!stopping && theirs.protocol === protocolVersion) return connection;
    connection.close();
    if (stopping) return null;
    throw new DaemonError(
      'trouble',
      `The daemon for ${paths.store} (process ${theirs.pid}) is of version ${theirs.version}, this is ${version}, and it is ` +
        'busy: wait for it, or stop it with "bgfetch daemon stop"; what it is doing goes on afterwards',
    );
  } catch (error) {
    connection.close();
    if (error instanceof ConnectionLostError && !(error.cause instanceof DaemonError)) return null;
    throw error instanceof ConnectionLostError ? error.cause : error;
  } finally {
    clearTimeout(timer);
  }
}

function silent({ store, socket }: DaemonPaths): DaemonError {
  return new DaemonError(
    'trouble',
    `The daemon for ${store} does not answer at ${socket}: ${howToEnd(pidOfEngine(store))}`,
  );
}

/** What a user does about a daemon that does not end by itself. */
function howToEnd(pid: number | null): string {
  return pid === null
    ? 'end its process, which hangs or was stopped; nothing is lost'
    : `its process ${pid} hangs or was stopped. End it with "kill -9 ${pid}"; nothing is lost`;
}

/** The process that has the store, as it has noted itself. */
function pidOfEngine(store: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(join(store, 'engine.pid'), 'utf8'), 10);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

/** ms in which a daemon that was asked to end has ended: what it is doing has 10 s three times to come to rest */
const stopLimit = 40_000;

/**
 * Asks the store's daemon to end, and resolves when its process has: with false where none runs.
 * @throws DaemonError that names the process if it lives on
 */
export async function endDaemon(address: DaemonAddress): Promise<boolean> {
  const connection = await findDaemon(address);
  if (!connection) return false;
  const deadline = Date.now() + stopLimit;
  const asked = connection.call('stop', { onlyIfIdle: false }).catch((error) => {
    if (!(error instanceof ConnectionLostError)) throw error;
  });
  await Promise.race([asked.then(() => connection.closed), delay(stopLimit, undefined, { ref: false })]);
  connection.close();
  const { pid } = connection;
  while (pid !== undefined && isAlive(pid)) {
    if (Date.now() > deadline) {
      throw new DaemonError('trouble', `The daemon was asked to end, and has not: ${howToEnd(pid)}`);
    }
    await delay(lookInterval);
  }
  return true;
}

async function openSocket(paths: DaemonPaths): Promise<Connection | null> {
  try {
    return await Connection.open(paths.socket);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ECONNRESET') return null;
    throw new DaemonError(
      'trouble',
      `The daemon for ${paths.store} can't be reached at ${paths.socket} (${reasonOf(cause)}): is it another user's?`,
      { cause },
    );
  }
}

type Start = 'ready' | { readonly code: string; readonly reason: string };

/** Starts a daemon that outlives this process and its terminal, and waits for what it says. */
async function start(paths: DaemonPaths): Promise<Start> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0);
  const log = openSync(paths.log, flags, 0o600);
  try {
    const child = spawn(
      process.execPath,
      [...process.execArgv, process.argv[1] ?? '', 'daemon', 'run', '--store', paths.store],
      {
        detached: true,
        stdio: ['ignore', log, log, 'pipe'],
        env: { ...environmentOfDaemon(), [announceVariable]: '1' },
        windowsHide: true,
      },
    );
    const exited = new Promise<Start>((resolve) => {
      child.once('error', ({ message }) => resolve({ code: 'ended', reason: message }));
      child.once('exit', (code, signal) => {
        const reason = `it ended with ${signal ?? code}; its log is ${paths.log}`;
        resolve({ code: signal === null ? 'ended' : 'killed', reason });
      });
    });
    const said = await readAll(child.stdio[3] as Readable);
    // nothing else may keep this process until it is known how that one ended
    if (said === '') return await exited;
    child.unref();
    if (said === 'ready') return 'ready';
    return JSON.parse(said) as { code: string; reason: string };
  } finally {
    closeSync(log);
  }
}

/** What is about the fetches of whoever starts it: for all others it would be somebody else's. */
const ofTheCaller =
  /^(NODE_TLS_REJECT_UNAUTHORIZED|NODE_EXTRA_CA_CERTS|NODE_USE_ENV_PROXY|(https?|all|no)_proxy)$/i;

function environmentOfDaemon(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofTheCaller.test(name)));
}

async function readAll(stream: Readable): Promise<string> {
  let text = '';
  try {
    for await (const chunk of stream) text += chunk;
  } catch {
    // it ended while it was read: what it said is what there is
  }
  return text.trim();
}
