import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contestant, Job } from './contestants.ts';
import { urlsOf, type Workload } from './workloads.ts';

export interface Figures {
  /** seconds */
  readonly wall: number;
  /** seconds, user and system, of the processes it waited for */
  readonly cpu: number;
  /** bytes, of the largest of them */
  readonly peak: number;
}

export interface Place {
  readonly origin: string;
  readonly directory: string;
  readonly script: string;
  readonly command: string;
}

/** Lets one contestant do a workload in an empty directory. Resolves with null if it can't; rejects if it fails. */
export async function measure(
  contestant: Contestant,
  workload: Workload,
  place: Place,
): Promise<Figures | null> {
  const directory = join(place.directory, 'files');
  const urls = urlsOf(workload, place.origin);
  const job: Job = {
    workload,
    urls,
    directory,
    script: place.script,
    command: place.command,
    list: join(place.directory, 'list'),
    store: join(place.directory, 'store'),
  };
  const command = contestant.command(job);
  if (!command) return null;
  await mkdir(directory, { recursive: true });
  await writeFile(job.list, `${urls.join('\n')}\n`);
  await writeFile(`${directory}.curl`, urls.map((url) => `url = "${url}"\n`).join(''));
  try {
    const figures = await time(command, join(place.directory, 'time'));
    await check(directory, workload);
    return figures;
  } finally {
    await rm(directory, { recursive: true, force: true });
    await rm(job.store, { recursive: true, force: true });
  }
}

/** GNU time knows what a process and those it waited for have used. */
async function time(command: readonly string[], output: string): Promise<Figures> {
  const child = spawn('/usr/bin/time', ['-f', '%e %U %S %M', '-o', output, ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (text: Buffer) => {
    complaints = `${complaints}${text}`.slice(-1000);
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) {
    const complaint = /^.*error.*$/im.exec(complaints)?.[0] ?? '';
    throw new Error(`ended with ${code}: ${complaint}`.trim());
  }
  const [wall = 0, user = 0, system = 0, kilobytes = 0] = (await readFile(output, 'utf8'))
    .trim()
    .split(' ')
    .map(Number);
  return { wall, cpu: user + system, peak: kilobytes * 1024 };
}

const digests = new Map<number, string>();

/** All files must be there, each as long as it should be, and the first the same with everybody. */
async function check(directory: string, { count, size }: Workload): Promise<void> {
  const files = (await readdir(directory)).sort();
  if (files.length !== count) throw new Error(`There are ${files.length} files where ${count} should be`);
  for (const file of files) {
    const found = await stat(join(directory, file));
    if (found.size !== size) throw new Error(`${file} has ${found.size} bytes in place of ${size}`);
  }
  if (size > 2 ** 30) return;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(join(directory, files[0] ?? ''))) hash.update(chunk);
  const digest = hash.digest('hex');
  if ((digests.get(size) ?? digest) !== digest) throw new Error(`${files[0]} has other bytes than before`);
  digests.set(size, digest);
}
