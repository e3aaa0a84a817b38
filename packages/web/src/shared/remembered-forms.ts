import { isChromium, isFirefox } from './browser.ts';
import type { PatchRegistry } from './patch-registry.ts';

type Entries = readonly (readonly [name: string, value: FormDataEntryValue])[];

const forms = new WeakMap<Request, Entries>();

/**
 * WebKit can send a form that holds a file, and can't read it: `blob()` and all the others reject with "Unable to
 * read form data blob" (WebKitGTK 2.50). So what a request's form held is remembered when the request is made.
 */
export function rememberForms(patches: PatchRegistry): void {
  if (isChromium() || isFirefox()) return;
  const construct: ProxyHandler<typeof Request>['construct'] = (target, args, newTarget) => {
    const request = Reflect.construct(target, args, newTarget) as Request;
    const [input, init] = args as [RequestInfo, RequestInit | undefined];
    if (init?.body instanceof FormData) forms.set(request, [...init.body]);
    else if (!init?.body && input instanceof Request) copy(input, request);
    return request;
  };
  patches.define(globalThis, 'Request', { value: new Proxy(Request, { construct }), writable: true });
  patches.wrap(
    Request.prototype,
    'clone',
    (clone) =>
      function (this: Request) {
        const cloned = clone.call(this);
        copy(this, cloned);
        return cloned;
      },
  );
}

function copy(from: Request, to: Request): void {
  const entries = forms.get(from);
  if (entries) forms.set(to, entries);
}

/**
 * The body of a request whose form was remembered, null for any other.
 * https://html.spec.whatwg.org/#multipart-form-data
 */
export function encodeRememberedForm(request: Request): Blob | null {
  const boundary = /boundary=([^;]+)/.exec(request.headers.get('content-type') ?? '')?.[1];
  const entries = forms.get(request);
  if (!entries || !boundary) return null;
  const parts = entries.flatMap(([name, value]) => encodeEntry(boundary, name, value));
  return new Blob([...parts, `--${boundary}--\r\n`]);
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
