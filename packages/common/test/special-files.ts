import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach } from 'vitest';

/** What is no file, and stands where one is to go. */
export type SpecialKind = 'pipe' | 'socket' | 'device' | 'null device';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Makes one. Resolves with why that is not possible here; null where it was. */
export async function makeSpecial(kind: SpecialKind, path: string): Promise<string | null> {
  if (process.platform === 'win32') return 'Windows has none of these in directories';
  switch (kind) {
    case 'pipe':
      return made('mkfifo', [path]);
    case 'device':
      return made('mknod', [path, 'c', '1', '5']);
    case 'null device':
      return process.platform === 'linux' ? made('mknod', [path, 'c', '1', '3']) : 'only tried on Linux';
    case 'socket': {
      const server = createServer();
      ends.push(() => server.close());
      await once(server.listen(path), 'listening');
      return null;
    }
  }
}

function made(command: string, args: readonly string[]): string | null {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? null : `${command} is not allowed here: ${error?.message ?? stderr.trim()}`;
}
