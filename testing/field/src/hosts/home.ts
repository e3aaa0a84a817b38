import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRemoteControl, type RemoteControl } from '@background-fetch/testing-browsers';
import { type FaultServer, startFaultServer } from '@background-fetch/testing-fault-server';

const pages = fileURLToPath(new URL('../../app', import.meta.url));
const build = fileURLToPath(new URL('../../../../packages/web/dist', import.meta.url));

const parts = ['app', 'background-fetch'];

/** Where pages are steered from, and the origin of those that download from another one. */
export class Home {
  readonly control: RemoteControl = createRemoteControl();
  readonly #server: FaultServer;
  readonly #directory: string;

  private constructor(server: FaultServer, directory: string) {
    this.#server = server;
    this.#directory = directory;
    this.control.mountOn(server);
    for (const name of parts) server.serveDirectory(`/${name}/`, join(directory, name));
  }

  static async open(): Promise<Home> {
    const directory = await mkdtemp(join(tmpdir(), 'background-fetch-field-app-'));
    await cp(pages, join(directory, 'app'), { recursive: true });
    // a build that ends while a browser loads the polyfill must not hand it parts of two
    await cp(build, join(directory, 'background-fetch'), { recursive: true }).catch((cause) => {
      throw new Error('There is no build of the polyfill to test: run `npm run build:web`', { cause });
    });
    return new Home(await startFaultServer(), directory);
  }

  get origin(): string {
    return this.#server.origin;
  }

  /** The same over TLS, with a certificate that nobody trusts. */
  get secureOrigin(): string {
    return this.#server.secureOrigin;
  }

  /** Puts the app where a server serves it, over TLS or not. */
  async installApp(root: string, secure: boolean): Promise<void> {
    await mkdir(join(root, 'remote'), { recursive: true });
    for (const name of parts) await cp(join(this.#directory, name), join(root, name), { recursive: true });
    const script = await fetch(`${this.origin}${this.control.script}`);
    await writeFile(join(root, 'remote/page.js'), await script.text());
    if (!secure) return;
    // steered past the connections that are cut
    const page = join(root, 'app/page.html');
    const steered = `${this.control.script}" data-control="${this.secureOrigin}`;
    await writeFile(page, (await readFile(page, 'utf8')).replace(this.control.script, steered));
  }

  async close(): Promise<void> {
    await this.#server.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}
