import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, open, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fillBody } from '@background-fetch/testing-fault-server';

export interface Nginx {
  readonly origin: string;
  readonly version: string;
  close(): Promise<void>;
}

/** ms in which it takes connections */
const startLimit = 10_000;

/**
 * A real nginx that serves files of these sizes, in bytes, at `/<size>/<any name>`: one file for all names of a size. Null where it
 * is not installed.
 */
export async function startNginx(directory: string, sizes: readonly number[]): Promise<Nginx | null> {
  const { error, stderr } = spawnSync('nginx', ['-v'], { encoding: 'utf8' });
  if (error) return null;
  const root = join(directory, 'www');
  await mkdir(root, { recursive: true });
  for (const size of new Set(sizes)) await writeBody(join(root, `${size}.bin`), size);
  // started by root, it serves as another user
  for (const path of [directory, root]) await chmod(path, 0o755);
  const port = await freePort();
  const configuration = join(directory, 'nginx.conf');
  await writeFile(configuration, configure(directory, root, port));
  const child = spawn('nginx', ['-p', directory, '-c', configuration], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const deadline = Date.now() + startLimit;
  while (!(await takesConnections(port))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('nginx did not start');
    await delay(20);
  }
  return {
    origin: `http://127.0.0.1:${port}`,
    version: /nginx\/\S+/.exec(stderr)?.[0] ?? 'nginx',
    close: async () => {
      child.kill();
      await ended;
    },
  };
}

function configure(directory: string, root: string, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  );
  return `
    daemon off;
    pid ${directory}/nginx.pid;
    error_log ${directory}/error.log;
    worker_processes 1;
    events { worker_connections 1024; }
    http {
      ${temporary.join(' ')}
      access_log off;
      default_type application/octet-stream;
      sendfile on;
      tcp_nopush on;
      keepalive_requests 100000;
      server {
        listen 127.0.0.1:${port};
        root ${root};
        location ~ ^/(?<size>[0-9]+)/ { try_files /$size.bin =404; }
      }
    }`;
}

async function writeBody(path: string, size: number): Promise<void> {
  const file = await open(path, 'w', 0o644);
  const part = new Uint8Array(Math.min(size, 2 ** 24));
  fillBody(part, 'pattern', 1, 0);
  for (let written = 0; written < size; written += part.byteLength) {
    await file.write(part.subarray(0, size - written));
  }
  await file.close();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port');
  return address.port;
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
