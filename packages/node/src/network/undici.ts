import { createRequire } from 'node:module';
import type {
  Agent as AgentOfUndici,
  buildConnector as BuildConnector,
  EnvHttpProxyAgent,
  parseCookie as ParseCookie,
} from 'undici';

const require = createRequire(import.meta.url);

/**
 * Loads a part of undici, which takes a third of the time: docs/discoveries.md#loading-only-parts-of-undici
 * Should a version keep its parts elsewhere, the whole is loaded.
 */
function load<T>(path: string, name: string): T {
  try {
    const part = require(`undici/lib/${path}`) as T | Record<string, T>;
    return typeof part === 'function' ? part : ((part as Record<string, T>)[name] as T);
  } catch {
    return (require('undici') as Record<string, T>)[name] as T;
  }
}

/** undici's Agent. */
export const Agent = load<typeof AgentOfUndici>('dispatcher/agent.js', 'Agent');
/** undici's function that makes connectors. */
export const buildConnector = load<typeof BuildConnector>('core/connect.js', 'buildConnector');

/** Loaded when a proxy is first used, with the whole: it needs what only that gives its parts. */
export function loadProxyAgent(): typeof EnvHttpProxyAgent {
  return (require('undici') as { EnvHttpProxyAgent: typeof EnvHttpProxyAgent }).EnvHttpProxyAgent;
}

/** Loaded when a cookie is first set: few servers do that on the way to a file. */
export const parseCookie: typeof ParseCookie = (cookie) => {
  const parse = load<typeof ParseCookie>('web/cookies/index.js', 'parseCookie');
  return parse(cookie);
};
