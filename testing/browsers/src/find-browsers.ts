import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { virtualDisplay } from './virtual-display.ts';

export type BrowserName = 'chromium' | 'firefox' | 'webkit';
export const browserNames: readonly BrowserName[] = ['chromium', 'firefox', 'webkit'];

export type FoundBrowser =
  | { present: true; executable: string; version: string }
  | { present: false; hint: string };

const commands: Record<BrowserName, readonly string[]> = {
  chromium: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
  firefox: ['firefox-esr', 'firefox'],
  webkit: ['MiniBrowser'],
};

/** Overrides the search, e.g. to test another channel. */
const overrides: Record<BrowserName, string> = {
  chromium: 'BACKGROUND_FETCH_CHROMIUM',
  firefox: 'BACKGROUND_FETCH_FIREFOX',
  webkit: 'BACKGROUND_FETCH_WEBKIT',
};

const debianPackages: Record<BrowserName, string> = {
  chromium: 'chromium',
  firefox: 'firefox-esr',
  webkit: 'webkit2gtk-driver xvfb',
};

const found = new Map<BrowserName, Promise<FoundBrowser>>();

/** Which engines are installed here; for absent ones, what to install. Looks once per process. */
export async function findBrowsers(): Promise<Record<BrowserName, FoundBrowser>> {
  const [chromium, firefox, webkit] = await Promise.all([
    findEngine('chromium'),
    findEngine('firefox'),
    findEngine('webkit'),
  ]);
  return { chromium, firefox, webkit };
}

export function findEngine(engine: BrowserName): Promise<FoundBrowser> {
  let result = found.get(engine);
  if (!result) {
    result = look(engine);
    found.set(engine, result);
  }
  return result;
}

/** Path of the engine's executable; throws, naming the engine and what to install, when it is absent. */
export async function requireEngine(engine: BrowserName): Promise<string> {
  const result = await findEngine(engine);
  if (!result.present) throw new Error(`Can't launch ${engine}: ${result.hint}`);
  return result.executable;
}

/** First executable of that name on the PATH. */
export async function findCommand(names: readonly string[]): Promise<string | undefined> {
  const directories = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return firstExecutable(names.flatMap((name) => directories.map((directory) => join(directory, name))));
}

async function look(engine: BrowserName): Promise<FoundBrowser> {
  const override = process.env[overrides[engine]];
  const executable = override
    ? await firstExecutable([override])
    : ((await findCommand(commands[engine])) ?? (engine === 'webkit' ? await findMiniBrowser() : undefined));
  if (!executable) return absent(engine, override ? `${override} is not executable` : 'no executable found');
  if (engine === 'webkit') {
    for (const name of ['WebKitWebDriver', 'Xvfb']) {
      if (!(await findCommand([name]))) return absent(engine, `${name} not found`);
    }
  }
  try {
    return { present: true, executable, version: await readVersion(engine, executable) };
  } catch (error) {
    return absent(
      engine,
      `${executable} --version failed: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function absent(engine: BrowserName, why: string): FoundBrowser {
  const hint =
    `${engine} is absent (${why}). Run \`node scripts/install-engines.mjs\`, on Debian ` +
    `\`apt-get install --no-install-recommends ${debianPackages[engine]}\`, or set ${overrides[engine]} to its path.`;
  return { present: false, hint };
}

async function readVersion(engine: BrowserName, executable: string): Promise<string> {
  // MiniBrowser refuses even --version without a display.
  const env = engine === 'webkit' ? { ...process.env, DISPLAY: await virtualDisplay() } : process.env;
  const { stdout } = await promisify(execFile)(executable, ['--version'], { env, timeout: 60_000 });
  const version = /\d+(\.\d+)+/.exec(stdout)?.[0];
  if (!version) throw new Error(`no version in ${JSON.stringify(stdout)}`);
  return version;
}

/** Distributions keep MiniBrowser out of the PATH, beside WebKit's helper processes. */
async function findMiniBrowser(): Promise<string | undefined> {
  const libraries = await readdir('/usr/lib').catch(() => []);
  const roots = [...libraries.map((name) => `/usr/lib/${name}`), '/usr/lib', '/usr/lib64', '/usr/libexec'];
  const folders = ['webkit2gtk-4.1', 'webkit2gtk-4.0', 'webkitgtk-6.0'];
  return firstExecutable(folders.flatMap((folder) => roots.map((root) => join(root, folder, 'MiniBrowser'))));
}

async function firstExecutable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return path;
  }
  return undefined;
}
