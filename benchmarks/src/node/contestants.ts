import type { Workload } from './workloads.ts';

export interface Job {
  readonly workload: Workload;
  readonly urls: readonly string[];
  /** The URLs, one in each line. */
  readonly list: string;
  /** Where the files go. */
  readonly directory: string;
  /** Where a store may be, on the same disk. */
  readonly store: string;
  /** The built script that runs libraries. */
  readonly script: string;
  /** The built command. */
  readonly command: string;
}

export interface Contestant {
  readonly name: string;
  readonly durable: string;
  /** null where it has no way to do this workload. */
  command(job: Job): readonly [string, ...string[]] | null;
}

/** Files of a workload that are fetched at a time, by those who can. */
const jobs = 16;
const none = 'none';

const many = ({ workload }: Job) => workload.count > 4;

const curl: Contestant = {
  name: 'curl',
  durable: none,
  command: ({ urls, directory, workload }) => [
    'curl',
    ...['-sS', '--fail', '--parallel', '--parallel-max', `${workload.count > 4 ? jobs : 4}`],
    ...(workload.count > 4
      ? ['--remote-name-all', '--output-dir', directory, '-K', `${directory}.curl`]
      : urls.flatMap((url, i) => ['-o', `${directory}/${i}.bin`, url])),
  ],
};

const wget: Contestant = {
  name: 'wget',
  durable: none,
  command: ({ list, directory }) => ['wget', '-q', '-P', directory, '-i', list],
};

const aria2 = (connections: number): Contestant => ({
  name: `aria2c -x${connections}`,
  durable: none,
  command: (job) =>
    many(job) && connections < 16
      ? null
      : [
          'aria2c',
          ...['-q', `-x${connections}`, `-s${connections}`, '-k1M', '--file-allocation=none'],
          ...[`-j${many(job) ? jobs : 4}`, '-d', job.directory, '-i', job.list],
        ],
});

const library = (name: string, durable = none): Contestant => ({
  name,
  durable,
  command: (job) => [process.execPath, job.script, name, job.list, job.directory, `${jobs}`],
});

const embedded: Contestant = {
  name: 'bgfetch, embedded',
  durable: 'each checkpoint synced',
  command: ({ script, list, directory, store, workload }) => [
    process.execPath,
    ...[script, 'background-fetch', list, directory, `${jobs}`, store],
    `${workload.slow ? 16 : 4}`,
  ],
};

const get: Contestant = {
  name: 'bgfetch get',
  durable: 'each checkpoint synced',
  command: (job) => [
    process.execPath,
    ...[job.command, 'get', '--quiet', '--store', job.store, '--output', job.directory],
    ...['--jobs', `${jobs}`, '--connections', `${job.workload.slow ? 16 : 4}`, '--input', job.list],
  ],
};

export const contestants: readonly Contestant[] = [
  curl,
  wget,
  aria2(1),
  aria2(4),
  aria2(16),
  library('node-downloader-helper'),
  library('ipull'),
  library('easydl'),
  library('got'),
  library('fetch'),
  embedded,
  get,
];
