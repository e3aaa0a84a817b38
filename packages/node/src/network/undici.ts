import { createRequire } from 'node:module';
import type { Agent as AgentOfUndici, buildConnector as BuildConnector } from 'undici';

const require = createRequire(import.meta.url);

/**
 * A part of undici. As a whole it takes 60 ms to load, for its fetch, WebSockets and caches; what is needed here takes
 * 20. Should a version keep its parts elsewhere, the whole is loaded.
 */
function load<T>(path: string, name: string): T {
  try {
    return require(`undici/lib/${path}`) as T;
  } catch {
    return (require('undici') as Record<string, T>)[name] as T;
  }
}

export const Agent = load<typeof AgentOfUndici>('dispatcher/agent.js', 'Agent');
export const buildConnector = load<typeof BuildConnector>('core/connect.js', 'buildConnector');
