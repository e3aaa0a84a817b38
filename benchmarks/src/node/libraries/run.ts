import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** Downloads one URL into a file. */
export type DownloadFile = (url: string, directory: string, file: string) => Promise<void>;

const loaders: Record<string, () => Promise<DownloadFile>> = {
  'node-downloader-helper': async () => (await import('./node-downloader-helper.ts')).downloadFile,
  ipull: async () => (await import('./ipull.ts')).downloadFile,
  easydl: async () => (await import('./easydl.ts')).downloadFile,
  got: async () => (await import('./got.ts')).downloadFile,
  fetch: async () => (await import('./fetch.ts')).downloadFile,
  'limit: undici, synced': async () => (await import('./limit-synced.ts')).downloadFile,
  'limit: undici, written': async () => (await import('./limit-written.ts')).downloadFile,
};

const [name = '', list = '', directory = '', jobs = '', ...rest] = process.argv.slice(2);
const urls = readFileSync(list, 'utf8').trim().split('\n');

if (name === 'background-fetch') {
  const { downloadAll } = await import('./background-fetch.ts');
  await downloadAll(urls, directory, Number(jobs), ...rest);
} else {
  const load = loaders[name];
  if (!load) throw new Error(`There is no library ${name}`);
  const downloadFile = await load();
  const waiting = [...urls];
  const work = async (): Promise<void> => {
    for (let url = waiting.shift(); url; url = waiting.shift()) {
      await downloadFile(url, directory, basename(url));
    }
  };
  await Promise.all(Array.from({ length: Number(jobs) }, work));
}
