import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '@background-fetch/testing-fault-server';
import type { Disturbed } from './disturbances.ts';
import { Files } from './files.ts';
import type { Home } from './hosts/home.ts';
import type { Served } from './hosts/host.ts';
import type { FoundServer, ServerName } from './servers/find-servers.ts';
import { findFreePort } from './servers/free-port.ts';
import { rightsOfServers, ServerProcess } from './servers/server-process.ts';
import type { Place, Program, Site } from './sites/site.ts';
import { Wire } from './wire.ts';

/** What each server is given its configuration by, and that it is to stay in the foreground. */
const parameters: Readonly<Record<ServerName, (file: string) => readonly string[]>> = {
  // until it has read its configuration, nginx writes to a log that is root's
  nginx: (file) => ['-e', 'stderr', '-c', file],
  apache: (file) => ['-f', file, '-DFOREGROUND'],
  lighttpd: (file) => ['-D', '-f', file],
};

/** A site whose programs run, with files of its own. */
export interface RunningSite extends Disturbed {
  readonly served: Served;
  /** The last lines of its logs; of requests, those for the files of these names. */
  logs(names: readonly string[]): Promise<string>;
  /** What of these no line of the log of its requests has. */
  lacks(shown: readonly RegExp[]): Promise<readonly RegExp[]>;
  close(): Promise<void>;
}

export type Servers = Readonly<Record<ServerName, FoundServer>>;

/** Starts a site's programs, those behind first. */
export async function startSite(site: Site, servers: Servers, home: Home): Promise<RunningSite> {
  const directory = await mkdtemp(join(tmpdir(), 'background-fetch-field-'));
  const started: ServerProcess[] = [];
  const remove = async (): Promise<void> => {
    for (const program of started) await program.kill();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const { place, certificate } = await makePlace(directory);
    const files = new Files(join(place.root, 'files'), site.precompressed);
    await home.installApp(place.root, site.secure ?? false);
    await files.create();
    const programs = site.programs(place);
    for (const [index, program] of [...programs.entries()].reverse()) {
      const file = join(directory, `${program.server}-${index}.conf`);
      started.unshift(
        await startProgram(program, file, index === 0 ? place.port : place.upstreamPort, servers),
      );
    }
    const wire = await Wire.listen(await findFreePort(), place.port);
    const origin = `${site.secure ? 'https' : 'http'}://127.0.0.1:${wire.port}`;
    return {
      wire,
      files,
      program: started[0] as ServerProcess,
      served: {
        origin,
        coded: site.coded ?? false,
        certificate: site.secure ? certificate : '',
        steeredFrom: home.secureOrigin,
        page: `${site.crossOrigin ? home.origin : origin}/app/page.html`,
      },
      logs: (names) => readLogs(directory, names),
      async lacks(shown) {
        const log = await readFile(join(directory, 'written/access.log'), 'utf8');
        return shown.filter((pattern) => !pattern.test(log));
      },
      async close() {
        wire.goAway();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function startProgram(
  { server, configuration }: Program,
  file: string,
  port: number,
  servers: Servers,
): Promise<ServerProcess> {
  const found = servers[server];
  if (!found.present) throw new Error(found.hint);
  await writeFile(file, configuration);
  const program = new ServerProcess(found.executable, parameters[server](file), port);
  await program.start();
  return program;
}

async function makePlace(directory: string): Promise<{ place: Place; certificate: string }> {
  const place: Place = {
    directory: join(directory, 'written'),
    root: join(directory, 'root'),
    port: await findFreePort(),
    upstreamPort: await findFreePort(),
    certificate: { key: join(directory, 'key.pem'), cert: join(directory, 'cert.pem') },
  };
  const { key, cert } = await makeCertificate();
  await Promise.all([writeFile(place.certificate.key, key), writeFile(place.certificate.cert, cert)]);
  await chmod(directory, 0o755);
  const rights = rightsOfServers();
  for (const folder of [place.directory, join(place.directory, 'upstream')]) {
    await mkdir(folder, { recursive: true });
    if (rights) await chown(folder, rights.uid, rights.gid);
  }
  return { place, certificate: cert };
}

/** Of each log. */
const mostLines = 16;

async function readLogs(directory: string, names: readonly string[]): Promise<string> {
  const logs: string[] = [];
  for (const folder of ['written', 'written/upstream']) {
    for (const name of ['error.log', 'access.log']) {
      const text = await readFile(join(directory, folder, name), 'utf8').catch(() => '');
      const isShown = (line: string): boolean =>
        name === 'error.log' || names.some((shown) => line.includes(`/${shown}?`));
      const lines = text.split('\n').filter((line) => line !== '' && isShown(line));
      if (lines.length > 0) {
        logs.push(`${folder}/${name}:`, ...lines.slice(-mostLines).map((line) => `  ${line}`));
      }
    }
  }
  return logs.join('\n');
}
