import { fillBody } from '@background-fetch/testing-fault-server/body';
import { host } from './host.ts';

/** Resolves with the registration once it has a result. */
export function settled(registration: BackgroundFetchRegistration): Promise<BackgroundFetchRegistration> {
  return progressed(registration, () => registration.result !== '');
}

/** Resolves with the registration once it satisfies a condition, which is looked at after every `progress` event. */
export function progressed(
  registration: BackgroundFetchRegistration,
  isThere: (registration: BackgroundFetchRegistration) => boolean,
): Promise<BackgroundFetchRegistration> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (!isThere(registration)) return;
      registration.removeEventListener('progress', check);
      resolve(registration);
    };
    registration.addEventListener('progress', check);
    check();
  });
}

/** The SHA-256 of a response's body, or of bytes, in lower-case hexadecimal. */
export async function sha256(data: Response | BufferSource): Promise<string> {
  const bytes = data instanceof Response ? await data.arrayBuffer() : data;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Bytes `from` up to but without `to` of a resource of the fault server. */
export function expectedBytes(
  key: string,
  version: number,
  from: number,
  to: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(to - from);
  fillBody(bytes, key, version, from);
  return bytes;
}

let keys = 0;

/** A key of the fault server that no other test has. */
export function uniqueKey(topic = 'key'): string {
  return `${topic}-${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}-${++keys}`;
}

/** Address of a resource of the fault server, on this origin unless another is given. */
export function resource(
  key: string,
  parameters: Record<string, string | number | boolean> = {},
  origin = location.origin,
): string {
  const url = new URL(`/r/${key}`, origin);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
  return url.href;
}

/** Tells the fault server how to treat a key from now on, see its README; resolves with what it says of the key. */
export async function control(key: string, change: object = {}): Promise<Record<string, unknown>> {
  return (await ask(`/control/${key}`, { method: 'POST', body: JSON.stringify(change) })) as Record<
    string,
    unknown
  >;
}

/** Asks the fault server below /control/ on its other origin, so that no connection that tests keep busy is waited for. */
export async function ask(path: string, init?: RequestInit): Promise<unknown> {
  const response = await fetch(new URL(path, host.crossOrigin), init);
  if (!response.ok) throw new Error(`The fault server refused ${path}: ${await response.text()}`);
  return await response.json();
}
