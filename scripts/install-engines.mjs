import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';

// Needs nothing but Node, so that it can run before anything is installed.

const usage = `Usage: npm run engines -- [options]

Installs the browser engines that the suites run in, where that is Debian and root; elsewhere says what to install.

Options:
  --check     only say which are there
  -h, --help  display help for command`;

const webkitFolders = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/libexec',
  '/usr/lib',
  '/usr/lib64',
];

const engines = [
  {
    name: 'Chromium',
    packages: ['chromium'],
    present: () => onPath('chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'),
  },
  { name: 'Firefox', packages: ['firefox-esr'], present: () => onPath('firefox-esr', 'firefox') },
  {
    name: 'WebKitGTK',
    packages: ['webkit2gtk-driver', 'xvfb'],
    present: () =>
      onPath('WebKitWebDriver') &&
      onPath('Xvfb') &&
      (onPath('MiniBrowser') ||
        webkitFolders.some((folder) =>
          ['webkit2gtk-4.1', 'webkit2gtk-4.0', 'webkitgtk-6.0'].some((version) =>
            existsSync(join(folder, version, 'MiniBrowser')),
          ),
        )),
  },
];

/** @param {string[]} commands */
function onPath(...commands) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return commands.some((command) => folders.some((folder) => isExecutable(join(folder, command))));
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string[]} args */
function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env });
}

/** What is given; ends the process where that asks for help, or is nothing that can be given. */
function readCommandLine() {
  try {
    const { values } = parseArgs({
      options: { check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    if (!values.help) return values;
    console.log(usage);
    process.exit();
  } catch (error) {
    console.error(
      `error: ${/** @type {Error} */ (error).message}\n(npm run engines -- --help says what can be given)`,
    );
    process.exit(2);
  }
}

const { check } = readCommandLine();
const missing = engines.filter((engine) => !engine.present());
const packages = missing.flatMap((engine) => engine.packages);
const canInstall = onPath('apt-get') && process.getuid?.() === 0;
if (missing.length > 0 && canInstall && !check) {
  console.log(`Installing ${packages.join(' ')}`);
  try {
    apt('update', '-qq');
    apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
  } catch (error) {
    console.error(`Installing failed: ${error instanceof Error ? error.message : error}`);
  }
}
for (const engine of engines) {
  const advice = `absent: install ${engine.packages.join(' ')} (Debian) or what your system calls them`;
  console.log(`${engine.name}: ${engine.present() ? 'present' : advice}`);
}
