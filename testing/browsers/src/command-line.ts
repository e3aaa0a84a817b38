import { join } from 'node:path';
import type { LaunchOptions } from './browser.ts';
import type { BrowserName } from './find-browsers.ts';
import { virtualDisplay } from './virtual-display.ts';

/** Arguments that open `url` in an undriven browser. */
export function undrivenArguments(
  engine: BrowserName,
  profile: string,
  options: LaunchOptions,
  url: string,
): string[] {
  switch (engine) {
    case 'chromium':
      return [
        ...(options.display === 'window' ? [] : ['--headless=new']),
        `--user-data-dir=${profile}`,
        ...chromiumArguments(options),
        ...(options.devtools ? ['--remote-debugging-port=0'] : []),
        url,
      ];
    case 'firefox': {
      const headless = options.display === 'window' ? [] : ['--headless'];
      return [...headless, '--no-remote', '--new-instance', '--profile', profile, url];
    }
    case 'webkit': {
      const certificates = options.ignoreCertificateErrors ? ['--ignore-tls-errors'] : [];
      return ['--javascript-can-open-windows-automatically=true', ...certificates, url];
    }
  }
}

/** What Chromium needs whoever steers it. */
export function chromiumArguments(options: LaunchOptions): string[] {
  return [
    '--no-sandbox',
    '--no-first-run',
    '--disable-popup-blocking',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--hide-crash-restore-bubble',
    '--no-proxy-server',
    '--password-store=basic',
    ...(options.nativeBackgroundFetch ? [] : ['--disable-blink-features=BackgroundFetch']),
    ...(options.ignoreCertificateErrors ? ['--ignore-certificate-errors'] : []),
  ];
}

/** Environment that keeps what the engine stores below the profile and shows its windows on a virtual display. */
export async function engineEnvironment(
  engine: BrowserName,
  profile: string,
  options: LaunchOptions,
): Promise<Record<string, string>> {
  const windowed = engine === 'webkit' || options.display === 'window';
  return {
    HOME: profile,
    XDG_DATA_HOME: join(profile, 'data'),
    XDG_CACHE_HOME: join(profile, 'cache'),
    XDG_CONFIG_HOME: join(profile, 'config'),
    ...(windowed ? { DISPLAY: await virtualDisplay() } : {}),
    ...(engine === 'firefox' ? { MOZ_CRASHREPORTER_DISABLE: '1' } : {}),
  };
}
