import { readFile } from 'node:fs/promises';
import { reasonOf } from '@background-fetch/common';
import type { ConnectionSettings } from '@background-fetch/node';
import { UsageError } from './exit-codes.ts';

/** The options that say how a fetch is connected. */
export interface ConnectionOptions {
  readonly proxy?: string;
  readonly cacert?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly insecure?: boolean;
}

/**
 * How the requests of a fetch are connected: by the options, and by the environment of this command, as the daemon may have
 * been started from another one. Undefined where neither says anything.
 */
export async function readConnectionSettings(
  options: ConnectionOptions,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<ConnectionSettings | undefined> {
  const proxies = readProxies(options.proxy, environment);
  const ca = options.cacert === undefined ? undefined : await readPem('--cacert', options.cacert);
  const extraCa = ca === undefined ? await readExtraAuthorities(environment) : undefined;
  const { cert, key } = options;
  if (key !== undefined && cert === undefined)
    throw new UsageError('--key belongs to a --cert FILE: give that, too');
  const shown = cert === undefined ? undefined : await readPem('--cert', cert);
  const isUnchecked = options.insecure || environment.NODE_TLS_REJECT_UNAUTHORIZED === '0';
  const settings: ConnectionSettings = {
    ...(proxies && { proxies }),
    ...(ca && { ca }),
    ...(extraCa && { extraCa }),
    ...(shown !== undefined && { cert: shown, key: key === undefined ? shown : await readPem('--key', key) }),
    ...(isUnchecked && { checked: false }),
  };
  return Object.keys(settings).length > 0 ? settings : undefined;
}

/** As curl reads them, and in capitals for `http:`, too: who sets that variable for a command means it. */
function readProxies(
  proxy: string | undefined,
  environment: NodeJS.ProcessEnv,
): ConnectionSettings['proxies'] | undefined {
  const variable = (name: string): string =>
    environment[name.toLowerCase()] || environment[name.toUpperCase()] || '';
  if (proxy === '') return undefined;
  if (proxy !== undefined) {
    const url = proxyUrl(proxy, '--proxy');
    return { http: url, https: url, except: '' };
  }
  const of = (name: string): string => {
    const all = variable('all_proxy') === '' ? '' : proxyUrl(variable('all_proxy'), 'ALL_PROXY');
    return variable(name) === '' ? all : proxyUrl(variable(name), name.toUpperCase());
  };
  const [http, https] = [of('http_proxy'), of('https_proxy')];
  return http === '' && https === '' ? undefined : { http, https, except: variable('no_proxy') };
}

const proxyProtocols = new Set(['http:', 'https:', 'socks5:']);

function proxyUrl(given: string, name: string): string {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`;
  // the proxy resolves names, as that of undici does
  const url = URL.canParse(text) ? new URL(text.replace(/^socks5h:/i, 'socks5:')) : null;
  if (url && proxyProtocols.has(url.protocol)) return url.href;
  // it may hold a password
  throw new UsageError(
    `${name} is no URL of a proxy: give one such as http://proxy.example:3128 or socks5://…`,
  );
}

/** Node itself goes on with a warning where that file can't be read. */
async function readExtraAuthorities({
  NODE_EXTRA_CA_CERTS: path,
}: NodeJS.ProcessEnv): Promise<string | undefined> {
  return path ? await readFile(path, 'utf8').catch(() => undefined) : undefined;
}

async function readPem(option: string, path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new UsageError(`${option} ${path} can't be read: ${reasonOf(cause)}`, { cause });
  });
  if (text.includes('-----BEGIN ')) return text;
  throw new UsageError(`${option} ${path} is no PEM file: it has no line "-----BEGIN …"`);
}
