import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export type Command = readonly [program: string, ...args: string[]];

/** One URL that becomes one file. */
export interface Task {
  readonly url: string;
  readonly directory: string;
  readonly file: string;
  /** Whether to give up soon, where a contestant can be told to. */
  readonly impatient?: boolean;
}

/** URLs that become files of the names at their ends. */
export interface ListTask {
  /** The URLs, one in each line. */
  readonly list: string;
  readonly directory: string;
}

/** Something that downloads a URL into a file, and goes on with what an earlier run of it left. */
export interface Contestant {
  readonly name: string;
  /** The same command starts and continues. */
  command(task: Task): Command;
  commandForList(task: ListTask): Command;
  /** Of the process that does the work, where that is not the command itself. */
  worker?(directory: string): Promise<number>;
  /** Why it can't run here, null if it can. */
  missing(): string | null;
}

const pathOf = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const bgfetch = pathOf('../../../packages/cli/bin/bgfetch.js');

function ifInstalled(program: string): () => string | null {
  return () => (spawnSync(program, ['--version']).error ? `${program} is not installed` : null);
}

const curl: Contestant = {
  name: 'curl',
  command: ({ url, directory, file }) => [
    'curl',
    ...['-sS', '--fail', '-C', '-', '-o', `${directory}/${file}`, url],
  ],
  // its own kind of list is written next to the other one
  commandForList: ({ list, directory }) => [
    'curl',
    ...['-sS', '--fail', '-C', '-', '--remote-name-all', '--output-dir', directory, '-K', `${list}.curl`],
  ],
  missing: ifInstalled('curl'),
};

const wget: Contestant = {
  name: 'wget',
  command: ({ url, directory, file, impatient }) => [
    'wget',
    ...['-q', '-c', ...(impatient ? ['--tries=2'] : []), '-O', `${directory}/${file}`, url],
  ],
  commandForList: ({ list, directory }) => ['wget', '-q', '-c', '-P', directory, '-i', list],
  missing: ifInstalled('wget'),
};

function aria2(connections: number): Contestant {
  // its control file is saved every 60 s by default: a download that short would always begin again
  const common = ['-q', '-c', `-x${connections}`, `-s${connections}`, '-k1M', '--auto-save-interval=1'];
  const files = ['--allow-overwrite=true', '--auto-file-renaming=false'];
  return {
    name: `aria2c -x${connections}`,
    command: ({ url, directory, file, impatient }) => [
      'aria2c',
      ...[...common, ...files, ...(impatient ? ['--max-tries=2'] : []), '-d', directory, '-o', file, url],
    ],
    commandForList: ({ list, directory }) => ['aria2c', ...common, ...files, '-d', directory, '-i', list],
    missing: ifInstalled('aria2c'),
  };
}

const script = ['--conditions=source', '--import', 'tsx'];

/** A library of Node.js, in a process of its own that can be killed. */
function library(name: string): Contestant {
  return {
    name,
    command: ({ url, directory, file, impatient = false }) => [
      process.execPath,
      ...[...script, pathOf(`./libraries/${name}.ts`), url, directory, file, String(impatient)],
    ],
    commandForList: ({ list, directory }) => [
      process.execPath,
      ...[...script, pathOf('../node/libraries/run.ts'), name, list, directory, '4', `${directory}/store`],
    ],
    missing: () => null,
  };
}

const command: Contestant = {
  name: 'bgfetch',
  command: ({ url, directory, file, impatient }) => [
    process.execPath,
    ...[bgfetch, 'get', '--quiet', '--store', `${directory}/store`, ...(impatient ? ['--retry', '1'] : [])],
    ...['--output', `${directory}/${file}`, url],
  ],
  commandForList: ({ list, directory }) => [
    process.execPath,
    ...[bgfetch, 'get', '--quiet', '--store', `${directory}/store`, '--output', `${directory}/`],
    ...['--input', list],
  ],
  worker: async (directory) => Number(await readFile(`${directory}/store/engine.pid`, 'utf8')),
  missing: () =>
    spawnSync(process.execPath, [bgfetch, '--version']).status === 0
      ? null
      : 'npm run build has to come before',
};

export const contestants: readonly Contestant[] = [
  curl,
  wget,
  aria2(1),
  aria2(4),
  library('node-downloader-helper'),
  library('ipull'),
  library('easydl'),
  library('got'),
  library('fetch'),
  library('background-fetch'),
  command,
];

/** The one that must not lose. */
export const ours: ReadonlySet<string> = new Set(['background-fetch', 'bgfetch']);
