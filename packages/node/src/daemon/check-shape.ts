/** Throws if a value is not what it has to be; `path` names it. */
export type Check = (value: unknown, path: string) => void;

export function refuse(path: string, expected: string): never {
  throw new TypeError(`${path} has to be ${expected}`);
}

export const text: Check = (value, path) => {
  if (typeof value !== 'string') refuse(path, 'a string');
};

export const flag: Check = (value, path) => {
  if (typeof value !== 'boolean') refuse(path, 'true or false');
};

export const count: Check = (value, path) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) refuse(path, 'a whole number, not negative');
};

export const absolutePath: Check = (value, path) => {
  if (typeof value !== 'string' || value.includes('\0') || !/^(\/|[a-z]:[\\/]|\\\\)/i.test(value))
    refuse(path, 'an absolute path');
};

/** A name of a file within its directory, and nothing else. */
export const fileName: Check = (value, path) => {
  if (typeof value !== 'string' || value === '' || /^\.\.?$|[/\\\0]/.test(value))
    refuse(path, 'a name without a path');
};

export function orNull(check: Check): Check {
  return (value, path) => {
    if (value !== null) check(value, path);
  };
}

export function optional(check: Check): Check {
  return (value, path) => {
    if (value !== undefined) check(value, path);
  };
}

export function listOf(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) refuse(path, 'a list');
    value.forEach((item, index) => {
      check(item, `${path}[${index}]`);
    });
  };
}

/** A field of a header section. */
export const nameAndValue: Check = (value, path) => {
  if (!Array.isArray(value) || value.length !== 2) refuse(path, 'a name and a value');
  listOf(text)(value, path);
};

/** One of these strings. */
export function oneOf(...known: readonly string[]): Check {
  return (value, path) => {
    if (typeof value !== 'string' || !known.includes(value)) refuse(path, `one of ${known.join(', ')}`);
  };
}

/** An object with these members, its own, and no others. */
export function shape(members: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(path, 'an object');
    const unknown = Object.keys(value).find((name) => !Object.hasOwn(members, name));
    if (unknown !== undefined) refuse(path, `without "${unknown}"`);
    for (const [name, check] of Object.entries(members)) {
      check(
        Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined,
        `${path}.${name}`,
      );
    }
  };
}
