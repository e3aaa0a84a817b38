import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LaunchOptions, UndrivenBrowser } from './browser.ts';
import { BrowserProcess } from './browser-process.ts';
import { engineEnvironment, undrivenArguments } from './command-line.ts';
import { type BrowserName, requireEngine } from './find-browsers.ts';
import { expectLauncherTab } from './launcher-tab.ts';
import { prepareProfile, removeProfile } from './profile.ts';
import type { RemotePage } from './remote-page.ts';

const launchTimeout = 120_000;
const closePatience = 15_000;

/**
 * Starts a browser as a user would: no WebDriver, so storage is persistent and service workers live and die by the
 * engine's own rules. Resolves when the browser runs (with `launcherTab: false`, when it was started); steer its
 * pages with a `RemoteControl`.
 */
export async function launchUndriven(engine: BrowserName, options: LaunchOptions): Promise<UndrivenBrowser> {
  const executable = await requireEngine(engine);
  const profile = await prepareProfile(engine, options);
  const tab =
    options.launcherTab === false ? undefined : await expectLauncherTab(randomUUID(), launchTimeout);
  const process = new BrowserProcess(
    executable,
    undrivenArguments(engine, profile, options, tab?.url ?? options.url),
    await engineEnvironment(engine, profile, options),
  );
  const launcher = tab && (await process.started(tab.page, launchTimeout));
  if (launcher) await process.started(openFrom(launcher, options.url), launchTimeout);
  const devtoolsUrl =
    options.devtools && engine === 'chromium'
      ? await process.started(readDevtoolsUrl(profile), launchTimeout)
      : undefined;
  return undrivenBrowser(engine, profile, process, options, launcher, devtoolsUrl);
}

function undrivenBrowser(
  engine: BrowserName,
  profile: string,
  { tree, ended }: BrowserProcess,
  options: LaunchOptions,
  launcher: RemotePage | undefined,
  devtoolsUrl: string | undefined,
): UndrivenBrowser {
  return {
    engine,
    profile,
    pid: tree.pid,
    ended,
    ...(devtoolsUrl ? { devtoolsUrl } : {}),
    async open(url) {
      if (!launcher)
        throw new Error(`Can't open ${url} in ${engine}: it was launched with launcherTab: false`);
      await openFrom(launcher, url);
    },
    kill: () => tree.kill(),
    async close() {
      await tree.end(closePatience);
      if (!options.keepProfile) await removeProfile(profile);
    },
    processIds: () => tree.processIds(),
    memory: () => tree.memory(),
  };
}

/** Opens a tab that has nothing to do with the launcher's: no opener, and so no process in common. */
async function openFrom(launcher: RemotePage, url: string): Promise<void> {
  await launcher.run('open(args[0], "_blank", "noopener")', url);
}

/** Chromium writes the port it picked, and the path, to the profile. */
async function readDevtoolsUrl(profile: string): Promise<string> {
  const path = join(profile, 'DevToolsActivePort');
  const deadline = Date.now() + launchTimeout;
  while (Date.now() < deadline) {
    const [port, browserPath] = (await readFile(path, 'utf8').catch(() => '')).split('\n');
    if (port && browserPath) return `ws://127.0.0.1:${port}${browserPath}`;
    await delay(50);
  }
  throw new Error(`Chromium wrote no DevTools port to ${path}`);
}
