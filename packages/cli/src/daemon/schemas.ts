import * as v from 'valibot';

// The words of schemas for what comes as JSON. The message of each says what a value has to be: `check` says which.

export const text = v.string('a string');
export const flag = v.boolean('true or false');

export const count = v.custom<number>(
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  'a whole number, not negative',
);

export const absolutePath = v.custom<string>(
  (value) => typeof value === 'string' && !value.includes('\0') && /^(\/|[a-z]:[\\/]|\\\\)/i.test(value),
  'an absolute path',
);

/** A name of a file within its directory, and nothing else. */
export const fileName = v.custom<string>(
  (value) => typeof value === 'string' && value !== '' && !/^\.\.?$|[/\\\0]/.test(value),
  'a name without a path',
);

/** A field of a header section. */
export const nameAndValue = v.custom<[name: string, value: string]>(
  (value) => Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string'),
  'a name and a value',
);

/** One of these strings. */
export function oneOf<const Known extends readonly string[]>(known: Known) {
  return v.picklist(known, `one of ${known.join(', ')}`);
}

export function listOf<Item extends v.GenericSchema>(item: Item) {
  return v.array(item, 'a list');
}

/** An object with these members and no others. For valibot alone, a list would be one, too. */
export function shape<const Members extends v.ObjectEntries>(members: Members) {
  const schema = v.strictObject(members, ({ expected, input }) =>
    expected === 'never'
      ? `without ${JSON.stringify(input)}`
      : // the name of a member that is missing, in quotation marks
        wordsOf(members[expected?.slice(1, -1) ?? '']),
  );
  type Given = v.InferInput<typeof schema>;
  return v.pipe(v.custom<Given>(isObject, 'an object'), schema);
}

/** What a value of a schema has to be. */
function wordsOf(schema: object | undefined): string {
  const { message, wrapped } = (schema ?? {}) as { message?: unknown; wrapped?: object };
  if (typeof message === 'string') return message;
  return wrapped === undefined ? 'there' : wordsOf(wrapped);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export { exactOptional as optional, nullable as orNull } from 'valibot';

type Immutable<T> = T extends object ? { readonly [Name in keyof T]: Immutable<T[Name]> } : T;

/** What a schema lets through. */
export type Shaped<Schema extends v.GenericSchema> = Immutable<v.InferOutput<Schema>>;

/**
 * The same value, of which a schema has made sure.
 * @param what names it
 * @throws TypeError that says what is wrong
 */
export function check<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  what: string,
): Shaped<Schema> {
  const { issues } = v.safeParse(schema, value, { abortEarly: true });
  if (issues === undefined) return value as Shaped<Schema>;
  const [{ path = [], message, expected }] = issues;
  // a member too many is the fault of the object that has it
  const steps = expected === 'never' ? path.slice(0, -1) : path;
  const where = steps.map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`));
  throw new TypeError(`${what}${where.join('')} has to be ${message}`);
}
