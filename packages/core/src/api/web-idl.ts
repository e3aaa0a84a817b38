import type { ImageResource } from '../model/idl-types.ts';

/** Handed to the constructors of interfaces that script can't construct. */
export const internal = Symbol('internal');

/** Throws what `new` of an interface without a constructor throws. */
export function requireInternal(key: unknown): void {
  if (key !== internal) throw new TypeError('Illegal constructor');
}

/**
 * Throws what browsers throw where a member is asked of an object of another kind. Without it, errors would name private
 * members, minified.
 */
export function requireThis(isOne: boolean): void {
  if (!isOne) throw new TypeError('Illegal invocation');
}

/** Throws a TypeError for a call with too few arguments. */
export function requireArguments(method: string, given: number, required: number): void {
  if (given < required) throw new TypeError(`${method}() needs ${required} argument(s), and got ${given}`);
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

/** Whether a value is an object, or a function. */
export function isObject(value: unknown): value is object {
  return Object(value) === value;
}

/** Puts accessors on a prototype or a global, enumerable as Web IDL has them. */
export function defineMembers(target: object, members: object): void {
  Object.defineProperties(target, Object.getOwnPropertyDescriptors(members));
}

interface ActiveHandler {
  handler: object;
  readonly listener: (event: Event) => void;
}

/**
 * Defines an event handler IDL attribute on a prototype, or on a global; `ownerOf` finds the object that has it from
 * what it is asked of.
 * https://html.spec.whatwg.org/#event-handler-idl-attributes
 */
export function defineEventHandler(
  target: object,
  type: string,
  ownerOf: (value: unknown) => EventTarget | null,
): void {
  const active = new WeakMap<EventTarget, ActiveHandler>();
  const requireOwner = (value: unknown): EventTarget => {
    const owner = ownerOf(value);
    requireThis(owner !== null);
    return owner as EventTarget;
  };
  const name = `on${type}`;
  const members = {
    get [name](): unknown {
      return active.get(requireOwner(this))?.handler ?? null;
    },
    set [name](value: unknown) {
      const owner = requireOwner(this);
      const known = active.get(owner);
      if (!isObject(value)) {
        owner.removeEventListener(type, known?.listener ?? null);
        active.delete(owner);
        // the place among the listeners is that of the handler before
      } else if (known) known.handler = value;
      else active.set(owner, activateHandler(owner, type, value));
    },
  };
  defineMembers(target, members);
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

function requireObject(type: string, value: unknown): object {
  if (!isObject(value)) throw new TypeError(`A ${type} must be an object, not ${value as string}`);
  return value;
}

/** https://webidl.spec.whatwg.org/#js-dictionary */
export function toDictionary(value: unknown): Record<string, unknown> {
  return requireObject('dictionary', value ?? {}) as Record<string, unknown>;
}

/** https://webidl.spec.whatwg.org/#js-unsigned-long-long */
export function toUnsignedLongLong(value: unknown): number {
  // unlike Number(), the unary plus throws for a BigInt
  const number = Math.trunc(+(value as number));
  return Number.isFinite(number) ? Number(BigInt.asUintN(64, BigInt(number))) : 0;
}

/** https://webidl.spec.whatwg.org/#js-DOMString: a symbol has no string, and throws. */
export function toDOMString(value: unknown): string {
  return `${value as string}`;
}

/** https://webidl.spec.whatwg.org/#js-sequence */
function toSequence(value: unknown): unknown[] {
  // a value without an iterator throws
  return [...(requireObject('sequence', value) as Iterable<unknown>)];
}

function toImageResource(value: unknown): ImageResource {
  const dictionary = toDictionary(value);
  const icon: Partial<ImageResource> = {};
  for (const member of ['label', 'sizes', 'src', 'type'] as const) {
    const given = dictionary[member];
    if (given !== undefined) icon[member] = toDOMString(given);
  }
  if (icon.src === undefined) throw new TypeError('An icon needs a "src", the URL of the image');
  return icon as ImageResource;
}

/**
 * The options for the display of a background fetch.
 * https://wicg.github.io/background-fetch/#dictdef-backgroundfetchuioptions
 */
export interface UIOptions {
  /** The icons to choose from; none by default. */
  icons?: ImageResource[];
  /** The title; '' by default. */
  title?: string;
}

/** https://wicg.github.io/background-fetch/#dictdef-backgroundfetchuioptions */
export function toUIOptions(value: unknown): UIOptions {
  const dictionary = toDictionary(value);
  const { icons } = dictionary;
  const converted: UIOptions = {};
  if (icons !== undefined) converted.icons = toSequence(icons).map(toImageResource);
  const { title } = dictionary;
  if (title !== undefined) converted.title = toDOMString(title);
  return converted;
}
