import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createRemoteControl, type RemoteControl } from './remote-control.ts';
import type { RemotePage } from './remote-page.ts';

interface Launcher {
  readonly control: RemoteControl;
  readonly origin: string;
}

let launcher: Promise<Launcher> | undefined;

/** A tab of ours, on a site of its own, that opens further tabs in a browser that nobody drives. */
export interface LauncherTab {
  readonly url: string;
  readonly page: Promise<RemotePage>;
}

/** Address for the launcher's tab named `name`, and its page once the browser is up. `timeout` in milliseconds. */
export async function expectLauncherTab(name: string, timeout: number): Promise<LauncherTab> {
  launcher ??= startLauncher();
  const { control, origin } = await launcher;
  const page = control.waitForPage({ name, timeout });
  page.catch(() => {}); // The one who launches stops listening when the browser dies first.
  return { url: `${origin}${control.pagePath}?name=${name}`, page };
}

function startLauncher(): Promise<Launcher> {
  const control = createRemoteControl();
  const server = createServer((request, response) => void control.handle(request, response));
  server.on('connection', (socket: Socket) => socket.unref());
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Tests use localhost; 127.0.0.1 is another site, so this tab is never a client of theirs.
    server.listen(0, '127.0.0.1', () => {
      resolve({ control, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    });
  });
}
