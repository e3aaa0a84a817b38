import { checkNumber } from '@background-fetch/core';
import type { ConnectionSettings } from './network/transport.ts';
import { defaultRetryPolicy, type TransferSettings, type TransferSettingsOf } from './transfer-settings.ts';

/** Of fetches that go on, as many as are remembered; of others the app is asked again. */
const mostRemembered = 10_000;

/** The settings of background fetches, as an app's function gives them. */
export class SettingsOfFetches {
  readonly #settingsOf: TransferSettingsOf;
  readonly #begun = new Map<string, TransferSettings | undefined>();

  constructor(settingsOf: TransferSettingsOf) {
    this.#settingsOf = settingsOf;
  }

  /**
   * Asks for the settings of a fetch that begins or goes on: they hold until it does so again, as a function that fails later,
   * or changes its mind, must not end what goes on.
   * @throws TypeError, RangeError for settings that are not understood: a limit, a proxy or an authority that was mistyped is not
   * left out, as what is fetched without it can't be taken back
   */
  begin(fetchId: string): TransferSettings | undefined {
    const settings = this.#ask(fetchId);
    this.#begun.delete(fetchId);
    this.#begun.set(fetchId, settings);
    for (const oldest of this.#begun.keys()) {
      if (this.#begun.size <= mostRemembered) break;
      this.#begun.delete(oldest);
    }
    return settings;
  }

  /** Those with which it began; as `begin` for a fetch that does not go on. */
  of(fetchId: string): TransferSettings | undefined {
    return this.#begun.has(fetchId) ? this.#begun.get(fetchId) : this.#ask(fetchId);
  }

  #ask(fetchId: string): TransferSettings | undefined {
    try {
      const settings = this.#settingsOf(fetchId);
      if (settings !== undefined) check(settings);
      return settings;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : 'something was thrown that is no error';
      const message = `transferSettingsOf(${JSON.stringify(fetchId)}): ${reason}`;
      throw cause instanceof RangeError
        ? new RangeError(message, { cause })
        : new TypeError(message, { cause });
    }
  }
}

const settingNames: Record<keyof TransferSettings, true> = {
  concurrency: true,
  connections: true,
  retry: true,
  mediaTypeChange: true,
  limitRate: true,
  decode: true,
  connection: true,
};

const connectionNames: Record<keyof ConnectionSettings, true> = {
  proxies: true,
  ca: true,
  extraCa: true,
  cert: true,
  key: true,
  checked: true,
};

/** What the core looks at (retries, connections) it checks itself, but for names. */
function check(settings: TransferSettings): void {
  requireObject('what it gives', settings, Object.keys(settingNames));
  const { concurrency, limitRate, decode, connection, retry } = settings;
  if (concurrency !== undefined) checkNumber('concurrency', concurrency, 'positive integer');
  if (limitRate !== undefined) checkNumber('limitRate', limitRate, 'positive number or Infinity');
  if (settings.connections !== undefined)
    checkNumber('connections', settings.connections, 'positive integer');
  if (retry !== undefined) requireObject('"retry"', retry, Object.keys(defaultRetryPolicy));
  if (decode !== undefined) requireType('"decode"', decode, 'boolean');
  if (connection === undefined) return;
  requireObject('"connection"', connection, Object.keys(connectionNames));
  const { proxies, checked } = connection;
  for (const name of ['ca', 'extraCa', 'cert', 'key'] as const)
    if (connection[name] !== undefined) requireType(`"connection.${name}"`, connection[name], 'string');
  if (checked !== undefined) requireType('"connection.checked"', checked, 'boolean');
  if (proxies === undefined) return;
  const names = ['http', 'https', 'except'] as const;
  requireObject('"connection.proxies"', proxies, names);
  for (const name of names) requireType(`"connection.proxies.${name}"`, proxies[name], 'string');
  for (const name of ['http', 'https'] as const) if (proxies[name] !== '') requireProxy(name, proxies[name]);
}

const proxyProtocols = ['http:', 'https:', 'socks5:', 'socks:'];

/** The value is not repeated: it may hold a password. */
function requireProxy(name: string, url: string): void {
  if (URL.canParse(url) && proxyProtocols.includes(new URL(url).protocol)) return;
  throw new TypeError(
    `"connection.proxies.${name}" has to be the URL of a proxy, such as http://proxy.example:3128 or socks5://…, or ''`,
  );
}

function requireObject(what: string, value: unknown, names: readonly string[]): asserts value is object {
  const isPlain = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isPlain || typeof Reflect.get(value, 'then') === 'function')
    throw new TypeError(`${what} has to be an object, or undefined, and is ${describe(value)}`);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new TypeError(`${what} has the member "${unknown}", and may have ${names.join(', ')}`);
}

function requireType(what: string, value: unknown, type: 'boolean' | 'string'): void {
  if (typeof value === type) return;
  throw new TypeError(`${what} has to be a ${type}, and is ${describe(value)}`);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  const isPromise = typeof value === 'object' && typeof Reflect.get(value, 'then') === 'function';
  return isPromise ? 'a promise: it has to answer at once' : `of the type ${typeof value}`;
}
