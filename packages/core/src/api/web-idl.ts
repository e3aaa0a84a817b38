import type { ImageResource } from '../model/image-resource.ts';
import type { QueryOptions } from '../model/query-options.ts';

/** Handed to the constructors of interfaces that script can't construct. */
export const internal = Symbol('internal');

/** Throws what `new` of an interface without a constructor throws. */
export function requireInternal(key: unknown): void {
  if (key !== internal) throw new TypeError('Illegal constructor');
}

/**
 * Gives a class the shape of a Web IDL interface: enumerable members, its name even when minified, a string tag.
 * https://webidl.spec.whatwg.org/#js-interfaces
 */
export function defineInterface(interfaceObject: { prototype: object }, name: string): void {
  const { prototype } = interfaceObject;
  for (const key of Object.getOwnPropertyNames(prototype)) {
    if (key !== 'constructor') Object.defineProperty(prototype, key, { enumerable: true });
  }
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
  Object.defineProperty(interfaceObject, 'name', { value: name, configurable: true });
}

interface ActiveHandler {
  handler: object;
  readonly listener: (event: Event) => void;
}

/**
 * Defines an event handler IDL attribute on a prototype; `isOwner` tells the objects that have it.
 * https://html.spec.whatwg.org/#event-handler-idl-attributes
 */
export function defineEventHandler(
  prototype: object,
  type: string,
  isOwner: (value: unknown) => boolean,
): void {
  const active = new WeakMap<EventTarget, ActiveHandler>();
  const requireOwner = (value: unknown): EventTarget => {
    if (!isOwner(value)) throw new TypeError('Illegal invocation');
    return value as EventTarget;
  };
  const name = `on${type}`;
  const members = {
    get [name](): unknown {
      return active.get(requireOwner(this))?.handler ?? null;
    },
    set [name](value: unknown) {
      const owner = requireOwner(this);
      const known = active.get(owner);
      const isHandler = typeof value === 'function' || (typeof value === 'object' && value !== null);
      if (!isHandler) {
        if (known) owner.removeEventListener(type, known.listener);
        active.delete(owner);
      } else if (known) {
        // the place among the listeners is that of the handler before
        known.handler = value;
      } else active.set(owner, activateHandler(owner, type, value));
    },
  };
  const descriptor = Object.getOwnPropertyDescriptor(members, name) as PropertyDescriptor;
  Object.defineProperty(prototype, name, { ...descriptor, enumerable: true, configurable: true });
}

/** https://html.spec.whatwg.org/#activate-an-event-handler */
function activateHandler(owner: EventTarget, type: string, handler: object): ActiveHandler {
  const active: ActiveHandler = {
    handler,
    listener(event) {
      if (typeof active.handler !== 'function') return;
      if (active.handler.call(owner, event) === false) event.preventDefault();
    },
  };
  owner.addEventListener(type, active.listener);
  return active;
}

/** https://webidl.spec.whatwg.org/#js-dictionary */
export function toDictionary(value: unknown, what: string): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' && typeof value !== 'function') {
    throw new TypeError(`${what} must be an object, not ${typeof value}`);
  }
  return value as Record<string, unknown>;
}

/** https://webidl.spec.whatwg.org/#js-unsigned-long-long */
export function toUnsignedLongLong(value: unknown): number {
  if (value === undefined) return 0;
  // unlike Number(), this throws for a BigInt
  const number = Math.trunc(+(value as number));
  if (!Number.isFinite(number)) return 0;
  const modulus = 2 ** 64;
  const remainder = number % modulus;
  // only a negative one is added to: the sum has 53 bits of precision; -0 becomes 0
  return remainder < 0 ? remainder + modulus : remainder + 0;
}

/** https://webidl.spec.whatwg.org/#js-DOMString: a symbol has no string, and throws. */
export function toDOMString(value: unknown): string {
  return `${value as string}`;
}

/** https://webidl.spec.whatwg.org/#js-sequence */
export function toSequence(value: unknown, what: string): unknown[] {
  const iterable = value as Iterable<unknown>;
  if (typeof value !== 'object' || value === null || typeof iterable[Symbol.iterator] !== 'function') {
    throw new TypeError(`${what} must be a sequence`);
  }
  return [...iterable];
}

function toImageResource(value: unknown): ImageResource {
  const { label, sizes, src, type } = toDictionary(value, 'An icon');
  if (src === undefined) throw new TypeError('An icon needs a member "src", the URL of the image');
  const icon: ImageResource = { src: toDOMString(src) };
  if (sizes !== undefined) icon.sizes = toDOMString(sizes);
  if (type !== undefined) icon.type = toDOMString(type);
  if (label !== undefined) icon.label = toDOMString(label);
  return icon;
}

export interface UIOptions {
  icons?: ImageResource[];
  title?: string;
}

/** https://wicg.github.io/background-fetch/#dictdef-backgroundfetchuioptions */
export function toUIOptions(value: unknown): UIOptions {
  const dictionary = toDictionary(value, 'The options');
  const { icons } = dictionary;
  const converted: UIOptions = {};
  if (icons !== undefined) converted.icons = toSequence(icons, 'icons').map(toImageResource);
  const { title } = dictionary;
  if (title !== undefined) converted.title = toDOMString(title);
  return converted;
}

export function toQueryOptions(value: unknown): QueryOptions {
  const { ignoreMethod, ignoreSearch, ignoreVary } = toDictionary(value, 'The options');
  return {
    ignoreMethod: Boolean(ignoreMethod),
    ignoreSearch: Boolean(ignoreSearch),
    ignoreVary: Boolean(ignoreVary),
  };
}
