import { isChromium, isFirefox } from './browser.ts';
import type { PatchRegistry } from './patch-registry.ts';

/**
 * Gives a request that is made with a form the Blob that it would be sent as, because WebKit can't read a form that holds a
 * file: docs/discoveries.md#webkit-forms-with-a-file
 */
export function makeFormsReadable(patches: PatchRegistry): void {
  if (isChromium() || isFirefox()) return;
  const construct: ProxyHandler<typeof Request>['construct'] = (target, args, newTarget) => {
    const [input, init] = args as [RequestInfo, RequestInit | undefined];
    const form = init?.body;
    if (!(form instanceof FormData)) return Reflect.construct(target, args, newTarget);
    const body = encodeForm(form);
    // getters of a class may read what only its own objects have
    const get = (_: object, name: string): unknown =>
      name === 'body' ? body : Reflect.get(init as object, name);
    return Reflect.construct(target, [input, new Proxy({}, { get })], newTarget);
  };
  const value = new Proxy(Request, { construct });
  patches.define(globalThis, 'Request', { value, writable: true });
  // libraries tell a Request by this
  patches.define(Request.prototype, 'constructor', { value, writable: true });
}

/** https://html.spec.whatwg.org/#multipart-form-data */
function encodeForm(form: FormData): Blob {
  // a Blob's type would change upper case: docs/discoveries.md#the-type-of-a-blob-is-in-lower-case
  const boundary = `----${crypto.randomUUID()}`;
  const parts = [...form].flatMap(([name, value]) => encodeEntry(boundary, name, value));
  return new Blob([...parts, `--${boundary}--\r\n`], { type: `multipart/form-data; boundary=${boundary}` });
}

function encodeEntry(boundary: string, name: string, value: FormDataEntryValue): BlobPart[] {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"`;
  if (typeof value === 'string') return [`${head}\r\n\r\n${withLineBreaks(value)}\r\n`];
  const type = value.type || 'application/octet-stream';
  return [`${head}; filename="${escapeName(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`, value, '\r\n'];
}

/** Every line break becomes CRLF. */
function withLineBreaks(text: string): string {
  return text.replace(/\r\n?|\n/g, '\r\n');
}

function escapeName(text: string): string {
  return withLineBreaks(text).replace(/[\r\n"]/g, encodeURIComponent);
}
