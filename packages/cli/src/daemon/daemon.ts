import type { FetchKeeper } from './fetch-keeper.ts';
import { followFetches } from './follow.ts';
import { IdleWatch } from './idle-watch.ts';
import { type DaemonPaths, makeDaemonDirectories } from './private-directory.ts';
import { type Call, DaemonError, protocolVersion } from './protocol.ts';
import { sendBody } from './send-body.ts';
import { type Caller, SocketServer } from './server.ts';
import type { DaemonStatus } from './status.ts';

export interface DaemonOptions {
  readonly keeper: FetchKeeper;
  readonly paths: DaemonPaths;
  /** of this package */
  readonly version: string;
  /** ms */
  readonly idleTimeout: number;
}

/** Answers clients until it is stopped, or has had nothing to do for a while. */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #server: SocketServer;
  readonly #idle: IdleWatch;
  readonly #started = Date.now();
  #stop: (reason: string) => void = () => {};
  /** Resolves with the reason for which it should end. */
  readonly stopped: Promise<string> = new Promise((resolve) => {
    this.#stop = resolve;
  });

  constructor(options: DaemonOptions) {
    const { keeper, idleTimeout } = options;
    this.#options = options;
    this.#server = new SocketServer(
      (call, caller) => this.#answer(call, caller),
      () => this.#idle.look(),
    );
    const isIdle = async (): Promise<boolean> => this.#server.clients === 0 && !(await keeper.isBusy());
    this.#idle = new IdleWatch(idleTimeout, isIdle, () => this.stop(`nothing to do for ${idleTimeout} ms`));
    keeper.onChange(() => this.#idle.look());
  }

  async listen(): Promise<void> {
    await this.#server.listen(this.#options.paths.socket);
    this.#idle.look();
  }

  /** Listens anew where clients do not find it any more. */
  async listenAgain(): Promise<void> {
    const { paths } = this.#options;
    if (await this.#server.isInPlace()) return;
    await makeDaemonDirectories(paths);
    await this.#server.listen(paths.socket);
  }

  stop(reason: string): void {
    this.#stop(reason);
  }

  /** Tells all that wait for an answer why there will be none. */
  async refuseAll(error: DaemonError): Promise<void> {
    await this.#server.refuseAll(error);
  }

  async close(): Promise<void> {
    this.#idle.end();
    await this.#server.close();
  }

  async #answer(call: Call, caller: Caller): Promise<unknown> {
    const { keeper, version } = this.#options;
    switch (call.command) {
      case 'hello':
        return { protocol: protocolVersion, version, pid: process.pid };
      case 'fetch':
        if (call.fetch.files.length === 0) throw new DaemonError('usage', 'There is no URL to fetch');
        return await keeper.start(call.fetch);
      case 'list':
        return (await keeper.describeAll()).map(({ fetch }) => fetch);
      case 'show':
        return await keeper.describe(call.fetch);
      case 'read':
        return await sendBody(keeper, call.fetch, caller);
      case 'follow':
        return await followFetches(keeper, call.fetches, caller);
      case 'pause':
        return (await keeper.pause(call.fetch, true)).fetch;
      case 'resume':
        return (await keeper.pause(call.fetch, false)).fetch;
      case 'retry':
        return (await keeper.retry(call.fetch)).fetch;
      case 'abort':
        return (await keeper.abort(call.fetch)).fetch;
      case 'save':
        return await keeper.save(call.fetch, call);
      case 'forget':
        return await keeper.forget(call.fetch);
      case 'status':
        return await this.#status();
      case 'stop':
        return { stopping: await this.#stopFor(call.onlyIfIdle) };
    }
  }

  async #status(): Promise<DaemonStatus> {
    const { keeper, paths, version, idleTimeout } = this.#options;
    const reports = await keeper.describeAll();
    return {
      pid: process.pid,
      version,
      store: paths.store,
      started: this.#started,
      idleTimeout,
      active: reports.filter(({ fetch }) => fetch.state === 'active' || fetch.state === 'saving').length,
      fetches: reports.length,
      clients: this.#server.clients,
      unreadable: keeper.unreadable,
    };
  }

  async #stopFor(onlyIfIdle: boolean): Promise<boolean> {
    // the one who asks is a client, too
    if (onlyIfIdle && (this.#server.clients > 1 || (await this.#options.keeper.isBusy()))) return false;
    // its answer goes out first
    setImmediate(() => this.stop('a client asked for it'));
    return true;
  }
}
