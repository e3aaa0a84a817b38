import { createSHA256 } from 'hash-wasm';
import { catalogue } from '../built-in.ts';
import { type CatalogueFile, type CatalogueItem, totalBytes } from '../catalogue.ts';
import type { JobReport } from '../job-report.ts';
import { cacheName } from '../kept.ts';
import type { Downloads } from './downloads.ts';
import { formatBytes } from './format.ts';
import { inspect, runReferenceExample } from './reference-example.ts';

/** How often progress is told, in milliseconds. */
const tellEvery = 500;

/** The main job, done by the page itself as a user would: the same in every engine, whoever started it. */
export async function runHeadlessJob(downloads: Downloads): Promise<void> {
  try {
    await say(navigator.userAgent);
    for (const id of ['ep-5', 'model']) await download(findItem(id), downloads);
    await report({ type: 'done' });
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    await report({ type: 'failed', text });
  }
}

async function download(item: CatalogueItem, downloads: Downloads): Promise<void> {
  await say(`\n${item.title}: ${item.files.length} request(s), ${formatBytes(totalBytes(item))}`);
  const start = performance.now();
  const registration = await downloads.start(item);
  const settled = new Promise<void>((resolve) => {
    downloads.addEventListener('change', () => {
      const { kind } = downloads.state(item.id);
      if (kind === 'kept' || kind === 'absent') resolve();
    });
  });
  const stopTelling = tellProgress(registration);
  if (item.kind === 'episode') await printRecords(registration);
  await settled;
  stopTelling();
  const { result, failureReason, downloaded } = registration;
  const seconds = (performance.now() - start) / 1000;
  await say(
    `result "${result}", failureReason "${failureReason}", ${formatBytes(downloaded)} downloaded and put away in ${seconds.toFixed(1)} s, ${formatBytes(downloaded / seconds)}/s`,
  );
  if (result !== 'success') throw new Error(`The background fetch of ${item.id} ended with ${failureReason}`);
  for (const file of item.files) await checkHash(item, file);
}

/** The reference example, printing to where the job was started. */
async function printRecords(registration: BackgroundFetchRegistration): Promise<void> {
  const lines: string[] = [];
  await runReferenceExample(registration, { log: (...values) => lines.push(values.map(inspect).join(' ')) });
  for (const line of lines) await say(line);
}

function tellProgress(registration: BackgroundFetchRegistration): () => void {
  let told = 0;
  const tell = () => {
    const now = performance.now();
    if (now - told < tellEvery) return;
    told = now;
    const { downloaded, downloadTotal } = registration;
    void report({ type: 'progress', downloaded, downloadTotal });
  };
  registration.addEventListener('progress', tell);
  return () => registration.removeEventListener('progress', tell);
}

/** Compares what is kept with what the server would send. */
async function checkHash(item: CatalogueItem, { url }: CatalogueFile): Promise<void> {
  const response = await caches.match(url, { cacheName: cacheName(item.id) });
  if (!response?.body) throw new Error(`${url} was downloaded, but it is not in the cache`);
  const hasher = await createSHA256();
  const reader = response.body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) hasher.update(read.value);
  const actual = hasher.digest();
  const { sha256 } = await (await fetch(`/sha256?path=${url}`)).json();
  if (actual !== sha256) throw new Error(`SHA-256 of ${url} is ${actual}; the server's is ${sha256}`);
  await say(`SHA-256 of ${url} is ${actual}, as the server has it`);
}

function findItem(id: string): CatalogueItem {
  const item = catalogue.items.find((candidate) => candidate.id === id);
  if (!item) throw new Error(`The catalogue has no ${id}`);
  return item;
}

function say(text: string): Promise<void> {
  return report({ type: 'line', text });
}

async function report(body: JobReport): Promise<void> {
  const response = await fetch('/report', { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`The server took no report: ${response.status}`);
}
