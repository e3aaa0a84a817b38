import { closeSync, openSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createConnector, request } from './receive.ts';

const connector = createConnector();

/** The limit of who leaves the bytes to the operating system: each is written as it comes, and nothing is kept. */
export async function downloadFile(url: string, directory: string): Promise<void> {
  const file = openSync(join(directory, basename(url)), 'w');
  await request(url, connector, (chunk) => {
    writeSync(file, chunk);
  });
  closeSync(file);
}
