import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

export const serverNames = ['nginx', 'apache', 'lighttpd'] as const;
export type ServerName = (typeof serverNames)[number];

export type FoundServer =
  | { readonly present: true; readonly executable: string; readonly version: string }
  | { readonly present: false; readonly hint: string };

const known: Record<ServerName, { readonly commands: readonly string[]; readonly debianPackage: string }> = {
  nginx: { commands: ['nginx'], debianPackage: 'nginx-light' },
  apache: { commands: ['apache2', 'httpd'], debianPackage: 'apache2' },
  lighttpd: { commands: ['lighttpd'], debianPackage: 'lighttpd' },
};

/** Which servers are installed here; for absent ones, what to install. */
export async function findServers(): Promise<Record<ServerName, FoundServer>> {
  const [nginx, apache, lighttpd] = await Promise.all(serverNames.map(findServer));
  return { nginx, apache, lighttpd } as Record<ServerName, FoundServer>;
}

async function findServer(name: ServerName): Promise<FoundServer> {
  const { commands, debianPackage } = known[name];
  // where Debian puts servers, which is on the path of root only
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter).filter(Boolean),
    '/usr/sbin',
    '/usr/local/sbin',
  ];
  for (const path of folders.flatMap((folder) => commands.map((command) => join(folder, command)))) {
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return { present: true, executable: path, version: await readVersion(path) };
  }
  return { present: false, hint: `${name} is absent: on Debian, apt-get install ${debianPackage}` };
}

async function readVersion(executable: string): Promise<string> {
  // nginx says it on stderr
  const { stdout, stderr } = await promisify(execFile)(executable, ['-v']);
  return /\d+(\.\d+)+/.exec(stdout + stderr)?.[0] ?? 'of an unknown version';
}
