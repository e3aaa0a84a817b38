import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LaunchOptions } from './browser.ts';
import { certificateOverrides } from './certificate-overrides.ts';
import type { BrowserName } from './find-browsers.ts';

/** Creates the profile, or readies an existing one for the next start. Returns its directory. */
export async function prepareProfile(engine: BrowserName, options: LaunchOptions): Promise<string> {
  const profile = options.profile ?? (await mkdtemp(join(tmpdir(), `background-fetch-${engine}-`)));
  await mkdir(profile, { recursive: true });
  if (engine === 'firefox') await prepareFirefox(profile, options);
  if (engine === 'chromium') await prepareChromium(profile, options);
  return profile;
}

/** A browser's last writes may race with the removal, hence the retries. */
export async function removeProfile(profile: string): Promise<void> {
  await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}

/** Preferences that keep Firefox silent, on loopback, without questions and willing to be steered by scripts. */
export const firefoxPreferences: Readonly<Record<string, boolean | number | string>> = {
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.aboutwelcome.enabled': false,
  'browser.safebrowsing.downloads.remote.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.safebrowsing.update.enabled': false,
  'browser.search.update': false,
  'browser.sessionstore.resume_from_crash': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.tabs.warnOnClose': false,
  'datareporting.healthreport.uploadEnabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.allow_scripts_to_close_windows': true,
  'dom.disable_open_during_load': false,
  'dom.push.connection.enabled': false,
  'extensions.update.enabled': false,
  'media.gmp-manager.updateEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.proxy.type': 0,
  'services.settings.server': 'data:,#',
  'termsofuse.bypassNotification': true,
  'toolkit.startup.max_resumed_crashes': -1,
  'toolkit.telemetry.enabled': false,
};

async function prepareFirefox(profile: string, options: LaunchOptions): Promise<void> {
  const lines = Object.entries(firefoxPreferences).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  await writeFile(join(profile, 'user.js'), lines.join(''));
  if (!options.ignoreCertificateErrors) return;
  const secure = [options.url, ...(options.trustedOrigins ?? [])].filter((url) => url.startsWith('https:'));
  await writeFile(join(profile, 'cert_override.txt'), await certificateOverrides(secure));
}

async function prepareChromium(profile: string, options: LaunchOptions): Promise<void> {
  // Left over from the previous run, it would be taken for the new one's address.
  await rm(join(profile, 'DevToolsActivePort'), { force: true });
  if (!options.nativeBackgroundFetch) return;
  // Without it every native background fetch waits for someone to allow "automatic downloads".
  const path = join(profile, 'Default', 'Preferences');
  const preferences = JSON.parse(await readFile(path, 'utf8').catch(() => '{}'));
  preferences.profile ??= {};
  preferences.profile.default_content_setting_values ??= {};
  preferences.profile.default_content_setting_values.automatic_downloads = 1;
  await mkdir(join(profile, 'Default'), { recursive: true });
  await writeFile(path, JSON.stringify(preferences));
}
