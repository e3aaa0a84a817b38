import type { RequestInfo } from '../model/idl-types.ts';
import type { RegistrationHost } from '../ports.ts';

/** A Request of what was given, whose body it takes over. Throws a TypeError for a URL that is none. */
export function toRequest(input: RequestInfo, host: RegistrationHost): Request {
  return host.toRequest?.(input) ?? new Request(input);
}

/**
 * What the Request has that `new Request()` would make of this, read without its body being taken over; undefined for what
 * is no Request. One of another realm is one, as is one that was made before the app put its own class in the place of
 * Request; and a class of the app may answer otherwise than the platform, whose accessors are the furthest up.
 */
export function readRequest<Name extends 'url' | 'mode' | 'bodyUsed'>(
  input: RequestInfo,
  name: Name,
): Request[Name] | undefined {
  let accessor: (() => Request[Name]) | undefined;
  for (let at: object | null = Request.prototype; at; at = Object.getPrototypeOf(at)) {
    accessor = Object.getOwnPropertyDescriptor(at, name)?.get ?? accessor;
  }
  try {
    return accessor?.call(input);
  } catch {
    return undefined;
  }
}

/** Whether a value is a Request, of whatever realm. */
export function isRequest(input: RequestInfo): input is Request {
  return readRequest(input, 'bodyUsed') !== undefined;
}
