import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { got } from 'got';

export function downloadFile(url: string, directory: string, file: string): Promise<void> {
  return pipeline(got.stream(url), createWriteStream(join(directory, file)));
}
