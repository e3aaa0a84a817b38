import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LeashedProcess } from '@background-fetch/testing-browsers';
import type { Certificate } from '@background-fetch/testing-fault-server';
import { type Ports, suiteServerAddress } from './addresses.ts';

/** ms until the server has to answer: it starts a process for each port, which takes long on a busy machine */
const startTimeout = 300_000;

/** The server of the checkout itself: `python3 wpt serve`. */
export interface SuiteServer extends AsyncDisposable {
  /** Rejects when the server ends by itself, with its last output. */
  readonly ended: Promise<never>;
}

/**
 * Starts it on its loopback address. Everything it writes, its configuration, its certificate and Python's caches, goes
 * to `workDirectory`: the checkout stays as it is.
 */
export async function startSuiteServer(
  checkout: string,
  workDirectory: string,
  ports: Ports,
  certificate: Certificate,
): Promise<SuiteServer> {
  const tls = {
    host_key_path: join(workDirectory, 'key.pem'),
    host_cert_path: join(workDirectory, 'certificate.pem'),
  };
  const configPath = join(workDirectory, 'config.json');
  await writeFile(tls.host_key_path, certificate.key);
  await writeFile(tls.host_cert_path, certificate.cert);
  await writeFile(configPath, JSON.stringify(configurationOf(ports, workDirectory, tls)));
  const command = new LeashedProcess('python3', [join(checkout, 'wpt'), 'serve', '--config', configPath], {
    PYTHONPYCACHEPREFIX: join(workDirectory, 'pycache'),
  });
  await command.started(Promise.all([...ports.http, ...ports.https].map(opens)), startTimeout);
  return { ended: command.ended, [Symbol.asyncDispose]: () => command.tree.kill() };
}

/** What else the server listens at, WebSockets for one, has ports of its choice: scripts of the suite name them, too. */
function configurationOf({ http, https }: Ports, workDirectory: string, tls: TlsFiles): unknown {
  return {
    browser_host: 'localhost',
    alternate_hosts: { alt: 'alt.localhost' },
    server_host: suiteServerAddress,
    // not every machine resolves them; the browsers do by themselves
    check_subdomains: false,
    ports: { http, https, h2: ['auto'] },
    // not part of every sparse checkout
    ws_doc_root: workDirectory,
    ssl: { type: 'pregenerated', pregenerated: tls },
  };
}

/** Paths, by the server's names for them. */
interface TlsFiles {
  readonly host_key_path: string;
  readonly host_cert_path: string;
}

/** Resolves when somebody listens there. */
async function opens(port: number): Promise<void> {
  const deadline = Date.now() + startTimeout;
  while (Date.now() < deadline && !(await isOpen(port))) await delay(50);
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, suiteServerAddress, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
