import { checkNumber } from '@background-fetch/core';
import type { TransferSettings, TransferSettingsOf } from './transfer-settings.ts';

/**
 * The settings of each background fetch as an app's function gives them, or an error: a limit, a proxy or an authority that
 * is not understood is not left out, as what is fetched without it can't be taken back.
 */
export function checkedSettingsOf(settingsOf: TransferSettingsOf): TransferSettingsOf {
  return (fetchId) => {
    const settings = settingsOf(fetchId);
    if (settings !== undefined) check(settings);
    return settings;
  };
}

/** What the core looks at (retries, connections) it checks itself. */
function check(settings: TransferSettings): void {
  if (typeof settings !== 'object' || settings === null || settings instanceof Promise)
    throw wrong('what it gives', 'an object, or undefined', settings);
  const { concurrency, limitRate, decode, connection } = settings;
  if (concurrency !== undefined) checkNumber('concurrency', concurrency, 'positive integer');
  if (limitRate !== undefined) checkNumber('limitRate', limitRate, 'positive number or Infinity');
  if (decode !== undefined && typeof decode !== 'boolean') throw wrong('"decode"', 'a boolean', decode);
  if (connection === undefined) return;
  if (typeof connection !== 'object' || connection === null)
    throw wrong('"connection"', 'an object', connection);
  const { proxies, checked } = connection;
  for (const name of ['ca', 'extraCa', 'cert', 'key'] as const) {
    if (typeof (connection[name] ?? '') !== 'string')
      throw wrong(`"connection.${name}"`, 'a string in PEM', connection[name]);
  }
  if (checked !== undefined && typeof checked !== 'boolean')
    throw wrong('"connection.checked"', 'a boolean', checked);
  if (proxies === undefined) return;
  for (const name of ['http', 'https', 'except'] as const) {
    if (typeof proxies?.[name] !== 'string')
      throw wrong(`"connection.proxies.${name}"`, "a string, '' for none", proxies?.[name]);
  }
}

function wrong(what: string, expected: string, value: unknown): TypeError {
  const shown = value instanceof Promise ? 'a promise' : typeof value;
  return new TypeError(`transferSettingsOf: ${what} has to be ${expected}, and is ${shown}`);
}
