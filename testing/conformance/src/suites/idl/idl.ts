/** The part of webidl2's syntax tree that is used here. */
interface IdlType {
  readonly generic: string;
  readonly idlType: string | readonly IdlType[];
}

export interface Attribute {
  readonly type: 'attribute';
  readonly name: string;
  readonly readonly: boolean;
  readonly idlType: IdlType;
}

export interface Operation {
  readonly type: 'operation';
  readonly name: string;
  readonly idlType: IdlType;
  readonly arguments: readonly Argument[];
}

interface Constructor {
  readonly type: 'constructor';
  readonly arguments: readonly Argument[];
}

interface Argument {
  readonly optional: boolean;
}

export interface Interface {
  readonly type: 'interface';
  readonly name: string;
  readonly partial: boolean;
  readonly inheritance: string | null;
  readonly extAttrs: readonly { readonly name: string; readonly rhs: { readonly value: unknown } }[];
  readonly members: readonly (Attribute | Operation | Constructor)[];
}

interface Enumeration {
  readonly type: 'enum';
  readonly name: string;
  readonly values: readonly { readonly value: string }[];
}

const definitions = (await (
  await fetch(new URL('/conformance/idl.json', location.href))
).json()) as readonly (Interface | Enumeration | { readonly type: 'dictionary' })[];

const isInterface = (definition: { type: string }): definition is Interface =>
  definition.type === 'interface';

/** The interfaces that the specification defines. */
export const interfaces = definitions.filter(isInterface).filter(({ partial }) => !partial);

/** What it adds to interfaces of other specifications. */
export const partialInterfaces = definitions.filter(isInterface).filter(({ partial }) => partial);

export function valuesOf(enumeration: string): readonly string[] {
  const found = definitions.find(
    (definition): definition is Enumeration => definition.type === 'enum' && definition.name === enumeration,
  );
  if (!found) throw new Error(`The IDL has no enumeration ${enumeration}`);
  return found.values.map(({ value }) => value);
}

export function isExposed({ extAttrs }: Interface, kind: 'window' | 'worker' | 'service worker'): boolean {
  const exposed = JSON.stringify(extAttrs.find(({ name }) => name === 'Exposed')?.rhs.value ?? '');
  if (kind === 'window') return exposed.includes('"Window"');
  return exposed.includes('"Worker"') || (kind === 'service worker' && exposed.includes('ServiceWorker'));
}

export function attributesOf({ members }: Interface): readonly Attribute[] {
  return members.filter((member) => member.type === 'attribute');
}

export function operationsOf({ members }: Interface): readonly Operation[] {
  return members.filter((member) => member.type === 'operation');
}

export function constructorOf({ members }: Interface): Constructor | undefined {
  return members.find((member) => member.type === 'constructor');
}

/** The number of arguments that have to be given: `length` of the function. */
export function requiredArguments({ arguments: all }: { readonly arguments: readonly Argument[] }): number {
  return all.filter(({ optional }) => !optional).length;
}

export function isPromise({ idlType }: { readonly idlType: IdlType }): boolean {
  return idlType.generic === 'Promise';
}
