import type { RequestInfo } from '../model/request-info.ts';
import type { EngineHost } from '../ports.ts';

/** A Request of what was given, whose body it takes over. Throws a TypeError for a URL that is none. */
export function toRequest(input: RequestInfo, host: EngineHost): Request {
  return host.toRequest?.(input) ?? new Request(input);
}
