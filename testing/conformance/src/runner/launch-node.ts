import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../node/run-suites.ts', import.meta.url));

/** Runs the suites in a process of their own, which stands for the page. */
export function launchNode(url: string): { close(): Promise<void> } {
  const args = ['--conditions=source', '--import', 'tsx', script, url];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const exited = once(child, 'exit');
  return {
    async close() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
