import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contestant, Job } from './contestants.ts';
import { endDaemon, type Usage } from './daemon-usage.ts';
import { isOfMany, type ServerKind, urlsOf, type Workload } from './workloads.ts';

export interface Figures extends Usage {
  /** seconds */
  readonly wall: number;
}

export interface Place {
  readonly origins: Record<ServerKind, string>;
  /** The parent of a directory for each run. */
  readonly directory: string;
  readonly script: string;
  readonly command: string;
}

/**
 * Lets one contestant do a workload in a directory that is new. Resolves with null if it can't; rejects if it fails.
 *
 * What is many files stays until everything is over: ext4 walks over all inodes that were deleted in the last minutes for
 * each file that is made, which after 10,000 of them took curl from 1 s to 4 to 13 s.
 */
export async function measure(
  contestant: Contestant,
  workload: Workload,
  place: Place,
): Promise<Figures | null> {
  const run = await mkdtemp(join(place.directory, 'run-'));
  const urls = urlsOf(workload, place.origins);
  const job: Job = {
    workload,
    urls,
    directory: join(run, 'files'),
    script: place.script,
    command: place.command,
    list: join(run, 'list'),
    curlList: join(run, 'curl'),
    store: join(run, 'store'),
  };
  const command = contestant.command(job);
  if (!command) return null;
  await mkdir(job.directory);
  await writeFile(job.list, `${urls.join('\n')}\n`);
  await writeFile(job.curlList, urls.map((url) => `url = "${url}"\n`).join(''));
  try {
    const figures = await time(command, join(run, 'time'));
    const left = contestant.leavesDaemon && (await endDaemon(place.command, job.store));
    await check(job.directory, workload);
    return left ? together(figures, left) : figures;
  } finally {
    // a few inodes of large files slow nobody down, and the disk has no room for all of them
    if (!isOfMany(workload)) await rm(run, { recursive: true, force: true });
  }
}

function together(figures: Figures, { cpu, peak }: Usage): Figures {
  return { wall: figures.wall, cpu: figures.cpu + cpu, peak: Math.max(figures.peak, peak) };
}

/** GNU time knows what a process and those it waited for have used. */
async function time(command: readonly string[], output: string): Promise<Figures> {
  const child = spawn('/usr/bin/time', ['-f', '%e %U %S %M', '-o', output, ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // each contestant is told by an option of its own where it has one: this is how Node's libraries are
    env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' },
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

/** Of the first file, by what is served. */
const digests = new Map<string, string>();

/** All files must be there, each as long as it should be, and the first the same with everybody. */
async function check(directory: string, { count, size, server }: Workload): Promise<void> {
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
  const served = `${server}/${size}`;
  if ((digests.get(served) ?? digest) !== digest) throw new Error(`${files[0]} has other bytes than before`);
  digests.set(served, digest);
}
