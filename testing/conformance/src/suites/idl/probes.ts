/**
 * What is found in a context, as plain data. Each function is evaluated there by its source, so it holds all it needs.
 */

export function probeInterface(name: string) {
  const property = Object.getOwnPropertyDescriptor(globalThis, name);
  if (!property) return null;
  const Interface = property.value;
  const { prototype } = Interface;
  const flags = (target: object, key: PropertyKey) => {
    const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(target, key) ?? {};
    return { writable, enumerable, configurable };
  };
  const attempt = (action: () => unknown) => {
    try {
      action();
      return 'succeeds';
    } catch (error) {
      return (error as Error).name;
    }
  };
  return {
    property: flags(globalThis, name),
    name: Interface.name as string,
    nameProperty: flags(Interface, 'name'),
    length: Interface.length as number,
    lengthProperty: flags(Interface, 'length'),
    prototypeProperty: flags(Interface, 'prototype'),
    constructorIsInterface: prototype.constructor === Interface,
    constructorProperty: flags(prototype, 'constructor'),
    inheritsFrom: (Object.getPrototypeOf(prototype)?.constructor?.name ?? null) as string | null,
    objectInheritsFrom: Object.getPrototypeOf(Interface).name as string,
    toStringTag: prototype[Symbol.toStringTag] as string,
    toStringTagProperty: flags(prototype, Symbol.toStringTag),
    members: Object.getOwnPropertyNames(prototype).sort(),
    called: attempt(() => Interface()),
    constructedWithoutArguments: attempt(() => new Interface()),
    constructedWithArguments: attempt(() => new Interface({}, {}, {})),
  };
}

/** @param interfaceName the interface on whose prototype it is, or `globalThis` for one on the global itself */
export async function probeAttribute(interfaceName: string, name: string) {
  const interfaces = globalThis as unknown as Record<string, { prototype: object } | undefined>;
  const prototype = interfaceName === 'globalThis' ? globalThis : interfaces[interfaceName]?.prototype;
  const property = prototype && Object.getOwnPropertyDescriptor(prototype, name);
  if (!prototype || !property) return null;
  const { get, set, enumerable, configurable } = property;
  const attempt = async (action: () => unknown) => {
    let value: unknown;
    try {
      value = action();
    } catch (error) {
      return `throws ${(error as Error).name}`;
    }
    if (!(value instanceof Promise)) return `returns ${value}`;
    return await value.then(
      () => 'resolves',
      (error) => `rejects with ${error.name}`,
    );
  };
  return {
    flags: { enumerable, configurable },
    getter: get && { name: get.name, length: get.length, isConstructor: 'prototype' in get },
    setter: set && { name: set.name, length: set.length, isConstructor: 'prototype' in set },
    gotFromObject: await attempt(() => get?.call({})),
    gotFromPrototype: await attempt(() => get?.call(prototype)),
    setOnObject: set ? await attempt(() => set.call({}, null)) : undefined,
  };
}

export async function probeOperation(interfaceName: string, name: string) {
  const { prototype } = (globalThis as unknown as Record<string, { prototype: object }>)[interfaceName] ?? {};
  const property = prototype && Object.getOwnPropertyDescriptor(prototype, name);
  if (!prototype || !property) return null;
  const { value, writable, enumerable, configurable } = property;
  const attempt = async (action: () => unknown) => {
    let returned: unknown;
    try {
      returned = action();
    } catch (error) {
      return `throws ${(error as Error).name}`;
    }
    if (!(returned instanceof Promise)) return `returns ${returned}`;
    return await returned.then(
      () => 'resolves',
      (error) => `rejects with ${error.name}`,
    );
  };
  return {
    flags: { writable, enumerable, configurable },
    name: value.name as string,
    length: value.length as number,
    isConstructor: 'prototype' in value,
    calledOnObject: await attempt(() => value.call({}, 'id', 'https://example.com/')),
    calledOnUndefined: await attempt(() => value.call(undefined, 'id', 'https://example.com/')),
    calledOnPrototype: await attempt(() => value.call(prototype, 'id', 'https://example.com/')),
    calledOnEventTarget: await attempt(() => value.call(new EventTarget(), 'id', 'https://example.com/')),
  };
}

/** What a member says that is asked of other things than objects of its interface. */
export async function probeWrongThis(interfaceName: string, name: string) {
  const { prototype } = (globalThis as unknown as Record<string, { prototype: object }>)[interfaceName] ?? {};
  const property = prototype && Object.getOwnPropertyDescriptor(prototype, name);
  const member = (property?.value ?? property?.get) as ((...args: unknown[]) => unknown) | undefined;
  if (!member) return null;
  const messages: string[] = [];
  for (const given of [{}, undefined, 5, prototype, new EventTarget()]) {
    try {
      await member.call(given, 'id', 'https://example.com/');
      messages.push('nothing');
    } catch (error) {
      messages.push(`${error}`);
    }
  }
  return messages;
}
