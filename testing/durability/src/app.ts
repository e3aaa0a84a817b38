import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRemoteControl, type RemoteControl } from '@background-fetch/testing-browsers';
import { type FaultServer, startFaultServer } from '@background-fetch/testing-fault-server';

/** What the app's worker, or a page that is left, tells the server. */
export interface Note {
  readonly kind:
    | 'left'
    | 'shown'
    | 'started'
    | 'activated'
    | 'success'
    | 'read'
    | 'handled'
    | 'fail'
    | 'abort'
    | 'error';
  /** Of the worker's script. */
  readonly version: number;
  /** Differs each time the browser starts the worker. */
  readonly instance: string;
  /** Of the background fetch, or the name of the page. */
  readonly id?: string;
  readonly bodies?: readonly { readonly size: number; readonly sha256: string }[];
  readonly message?: string;
}

/** The script of the worker as the server sends it from now on. */
export interface Release {
  version: number;
  /** Whether the worker calls skipWaiting() while it is installed. */
  skipsWaiting: boolean;
}

const pages = fileURLToPath(new URL('../app', import.meta.url));
const build = fileURLToPath(new URL('../../../packages/web/dist', import.meta.url));
const defaultPatience = 60_000;

/** A small app with the polyfill, served to one browser, and what it did. */
export class App {
  readonly server: FaultServer;
  readonly control: RemoteControl = createRemoteControl();
  readonly notes: Note[] = [];
  readonly release: Release = { version: 1, skipsWaiting: false };
  readonly #polyfill: string;
  readonly #held: ServerResponse[] = [];
  #gateIsOpen = false;
  #problem: Error | undefined;
  #reportProblem: (problem: Error) => void = () => {};
  readonly #failed = new Promise<never>((_, reject) => {
    this.#reportProblem = reject;
  });

  private constructor(server: FaultServer, polyfill: string) {
    this.server = server;
    this.#polyfill = polyfill;
    this.#failed.catch(() => {}); // Also when nobody waits for anything just then.
    this.control.mountOn(server);
    this.control.onPageError = ({ page, error }) => this.fail(`an error in ${page.url}`, error);
    server.serveDirectory('/app/', pages);
    server.serveDirectory('/background-fetch/', polyfill);
    server.mount('/app/worker.js', (_, response) => this.#sendWorker(response));
    server.mount('/app/note', (request, response) => this.#receiveNote(request, response));
    server.mount('/app/gate', (_, response) => this.#waitAtGate(response));
  }

  static async start(): Promise<App> {
    // a build that ends while a browser loads the polyfill must not hand it parts of two
    const polyfill = await mkdtemp(join(tmpdir(), 'background-fetch-build-'));
    await cp(build, polyfill, { recursive: true }).catch((cause) => {
      throw new Error('There is no build of the polyfill to test: run `npx tsdown` in packages/web', {
        cause,
      });
    });
    return new App(await startFaultServer(), polyfill);
  }

  page(name: string, file = 'page.html'): string {
    return `${this.server.origin}/app/${file}?name=${name}`;
  }

  /**
   * The first truthy value of `look`, which is called whenever something happened on the server. Rejects when a page
   * or the worker had an error, when a background fetch failed, and after `patience` ms.
   */
  async until<Value>(
    what: string,
    look: () => Value | undefined | false,
    patience = defaultPatience,
  ): Promise<Value> {
    const { log } = this.server;
    let found: Value | undefined | false;
    const looking = log.waitFor((entry) => {
      // once for each change of the log, not once for each of its entries
      if (entry !== log.entries[0]) return false;
      found = look();
      return Boolean(found);
    });
    await this.within(what, looking, patience);
    return found as Value;
  }

  /** What `promise` resolves to, unless something fails or `patience` ms pass before. */
  async within<Value>(what: string, promise: Promise<Value>, patience = defaultPatience): Promise<Value> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`Within ${patience} ms there was not ${what}. ${this.#lastSeen()}`));
      }, patience);
    });
    return await Promise.race([promise, late, this.#failed]).finally(() => clearTimeout(timer));
  }

  /** The worker's note of this kind for this background fetch, past or future, the `skip` first ones left out. */
  untilNote(kind: Note['kind'], id: string, { skip = 0, patience = defaultPatience } = {}): Promise<Note> {
    return this.until(
      `a note "${kind}" of "${id}"`,
      () => this.notes.filter((note) => note.kind === kind && note.id === id)[skip],
      patience,
    );
  }

  /** Lets the handlers of events go on that wait at the gate, and those that come to it later. */
  openGate(): void {
    this.#gateIsOpen = true;
    for (const response of this.#held.splice(0)) this.#waitAtGate(response);
  }

  /** Sends a resource in another way from its next request on, whatever its URL says. */
  async sendAs(key: string, params: { rate: number } | { withhold: 'none' }): Promise<void> {
    await this.#control(key, { params });
  }

  /** Sends what was withheld of a resource. */
  async sendRest(key: string): Promise<void> {
    await this.#control(key, { params: { withhold: 'none' }, release: true });
  }

  async #control(key: string, message: object): Promise<void> {
    const body = JSON.stringify(message);
    const { ok, status } = await fetch(`${this.server.origin}/control/${key}`, { method: 'POST', body });
    if (!ok) throw new Error(`The server's control refused ${body} for ${key}: status ${status}`);
  }

  /** How many notes of this kind there are for this background fetch. */
  count(kind: Note['kind'], id: string): number {
    return this.notes.filter((note) => note.kind === kind && note.id === id).length;
  }

  throwIfFailed(): void {
    if (this.#problem) throw this.#problem;
  }

  async close(): Promise<void> {
    await this.server.close();
    await rm(this.#polyfill, { recursive: true, force: true });
  }

  /** Ends the scenario: whoever waits for something hears of it, and so does who waits next. */
  fail(what: string, cause?: unknown): void {
    this.#problem ??= new Error(`There was ${what}. ${this.#lastSeen()}`, { cause });
    this.#reportProblem(this.#problem);
  }

  #lastSeen(): string {
    const notes = this.notes.slice(-8).map(({ kind, version, instance, id = '', message = '' }) => {
      return `${kind} ${id} ${message} (worker ${version}, ${instance.slice(0, 4)})`.replace(/ +/g, ' ');
    });
    // those of the app itself, too: they tell how far a browser came
    const shown = this.server.log.entries
      .slice(-16)
      .map(
        ({ at, url, headers, status, bytesSent, finished }) =>
          `${new Date(at).toISOString().slice(11)} ${url} ${headers.range ?? ''} ${status ?? ''} ${bytesSent} ${finished ?? 'in progress'}`,
      );
    const now = new Date().toISOString().slice(11);
    return `Last notes: ${notes.join('; ') || 'none'}. Last requests: ${shown.join('; ') || 'none'}. It is ${now}.`;
  }

  #waitAtGate(response: ServerResponse): void {
    if (this.#gateIsOpen) response.writeHead(204).end();
    else this.#held.push(response);
  }

  async #sendWorker(response: ServerResponse): Promise<void> {
    const script = await readFile(join(pages, 'worker.js'), 'utf8');
    response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'no-store' });
    response.end(`const release = ${JSON.stringify(this.release)};\n${script}`);
  }

  async #receiveNote(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const note = JSON.parse(Buffer.concat(chunks).toString()) as Note;
    this.notes.push(note);
    const isMeant = note.kind === 'abort' && note.id?.startsWith('aborted:');
    if (['fail', 'abort', 'error'].includes(note.kind) && !isMeant) {
      this.fail(`a note "${note.kind}" of the worker: ${note.id ?? ''} ${note.message}`);
    }
    response.writeHead(204).end();
  }
}
