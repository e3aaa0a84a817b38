import { isOfMany, type Workload } from './workloads.ts';

export interface Job {
  readonly workload: Workload;
  readonly urls: readonly string[];
  /** The URLs, one in each line. */
  readonly list: string;
  /** The same as curl reads them. */
  readonly curlList: string;
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
  /** Whether a process that it leaves behind has done the work: that of the store. */
  readonly leavesDaemon?: true;
}

/** Files of a workload that are fetched at a time, by those who can. */
const jobs = 16;
const none = 'none';

const curl: Contestant = {
  name: 'curl',
  durable: none,
  command: ({ urls, directory, workload, curlList }) => [
    'curl',
    ...['-sS', '--fail', '--insecure', '--parallel', '--parallel-max', `${isOfMany(workload) ? jobs : 4}`],
    ...(isOfMany(workload)
      ? ['--remote-name-all', '--output-dir', directory, '-K', curlList]
      : urls.flatMap((url, i) => ['-o', `${directory}/${i}.bin`, url])),
  ],
};

const wget: Contestant = {
  name: 'wget',
  durable: none,
  command: ({ list, directory }) => ['wget', '-q', '--no-check-certificate', '-P', directory, '-i', list],
};

const aria2 = (connections: number): Contestant => ({
  name: `aria2c -x${connections}`,
  durable: none,
  command: ({ workload, directory, list }) =>
    isOfMany(workload) && connections < 16
      ? null
      : [
          'aria2c',
          ...['-q', `-x${connections}`, `-s${connections}`, '-k1M', '--file-allocation=none'],
          '--check-certificate=false',
          ...[`-j${isOfMany(workload) ? jobs : 4}`, '-d', directory, '-i', list],
        ],
});

const library = (name: string, durable = none): Contestant => ({
  name,
  durable,
  command: ({ script, list, directory }) => [process.execPath, script, name, list, directory, `${jobs}`],
});

/** What Node allows who does nothing but to receive and to write: what others take is told as a multiple of these. */
export const limits = {
  'limit: undici, synced': library('limit: undici, synced', 'each 2 MiB synced, nothing else'),
  'limit: undici, written': library('limit: undici, written'),
} as const;

export const embedded: Contestant = {
  name: 'bgfetch, embedded',
  durable: 'each checkpoint synced',
  command: ({ script, list, directory, store, workload }) => [
    process.execPath,
    ...[script, 'background-fetch', list, directory, `${jobs}`, store],
    `${workload.server === 'slow' ? 16 : 4}`,
  ],
};

export const get: Contestant = {
  name: 'bgfetch get',
  durable: 'each checkpoint synced',
  leavesDaemon: true,
  command: ({ command, store, directory, workload, list }) => [
    process.execPath,
    ...[command, 'get', '--quiet', '--insecure', '--store', store, '--output', directory],
    ...['--jobs', `${jobs}`, '--connections', `${workload.server === 'slow' ? 16 : 4}`, '--input', list],
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
  ...Object.values(limits),
  embedded,
  get,
];
