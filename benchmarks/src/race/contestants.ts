import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Something that downloads a URL into a file, and goes on with what an earlier run of it left. */
export interface Contestant {
  readonly name: string;
  /** The same command starts and continues. */
  command(url: string, directory: string, file: string): readonly [string, ...string[]];
  /** Of the process that does the work, where that is not the command itself. */
  worker?(directory: string): Promise<number>;
  /** Why it can't run here, null if it can. */
  missing(): string | null;
}

const bgfetch = fileURLToPath(new URL('../../../packages/node/bin/bgfetch.js', import.meta.url));

function tool(name: string, program: string, args: (url: string, file: string) => string[]): Contestant {
  return {
    name,
    command: (url, directory, file) => [program, ...args(url, `${directory}/${file}`)],
    missing: () => (spawnSync(program, ['--version']).error ? `${program} is not installed` : null),
  };
}

/** A library of Node.js, in a process of its own that can be killed. */
function library(name: string): Contestant {
  const script = fileURLToPath(new URL(`./libraries/${name}.ts`, import.meta.url));
  return {
    name,
    command: (url, directory, file) => [
      process.execPath,
      '--conditions=source',
      '--import',
      'tsx',
      script,
      url,
      directory,
      file,
    ],
    missing: () => null,
  };
}

export const contestants: readonly Contestant[] = [
  tool('curl', 'curl', (url, file) => ['-sS', '--fail', '-C', '-', '-o', file, url]),
  tool('wget', 'wget', (url, file) => ['-q', '-c', '-O', file, url]),
  // its control file is saved every 60 s by default: a download that short would always begin again
  ...[1, 4].map((connections) => ({
    ...tool('aria2c', 'aria2c', (url, file) => [
      '-q',
      '-c',
      `-x${connections}`,
      `-s${connections}`,
      '-k1M',
      '--auto-save-interval=1',
      '--allow-overwrite=true',
      '--auto-file-renaming=false',
      '-d/',
      '-o',
      file.slice(1),
      url,
    ]),
    name: `aria2c -x${connections}`,
  })),
  library('node-downloader-helper'),
  library('ipull'),
  library('easydl'),
  library('got'),
  library('fetch'),
  library('background-fetch'),
  {
    name: 'bgfetch',
    command: (url, directory, file) => [
      process.execPath,
      ...[
        bgfetch,
        'get',
        '--quiet',
        '--store',
        `${directory}/store`,
        '--output',
        `${directory}/${file}`,
        url,
      ],
    ],
    worker: async (directory) => Number(await readFile(`${directory}/store/engine.pid`, 'utf8')),
    missing: () =>
      spawnSync(process.execPath, [bgfetch, '--version']).status === 0
        ? null
        : 'npm run build has to come before',
  },
];

/** The one that must not lose. */
export const ours: ReadonlySet<string> = new Set(['background-fetch', 'bgfetch']);
