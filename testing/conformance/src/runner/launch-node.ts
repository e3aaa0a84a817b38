import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../node/run-suites.ts', import.meta.url));

/** Runs the suites in a process of their own, which stands for the page, and trusts this certificate. */
export function launchNode(url: string, certificate: string): { close(): Promise<void> } {
  const args = ['--conditions=source', '--import', 'tsx', script, url];
  const directory = mkdtempSync(join(tmpdir(), 'background-fetch-certificate-'));
  const trusted = join(directory, 'certificate.pem');
  writeFileSync(trusted, certificate);
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: trusted };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const exited = once(child, 'exit');
  return {
    async close() {
      child.kill('SIGKILL');
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
