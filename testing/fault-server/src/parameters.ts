/** What a URL, a key's state and the attempt's number ask for together, by name. */
export type ParameterValues = Readonly<Record<string, string>>;

/** Thrown for a parameter that the server doesn't understand; becomes a 400 that says so. */
export class ParameterError extends Error {
  override readonly name = 'ParameterError';
}

/** A place in a response's body: a number of bytes, or a share of its length. */
export type Position = { bytes: number } | { percent: number };

export function positionIn(position: Position, length: number): number {
  return 'bytes' in position ? position.bytes : Math.floor((length * position.percent) / 100);
}

/** Reads parameters, and refuses values that it doesn't understand: a misspelt fault must not pass for a working server. */
export class Parameters {
  readonly #values: ParameterValues;

  constructor(values: ParameterValues) {
    this.#values = values;
  }

  text(name: string): string | undefined {
    return this.#values[name];
  }

  integer(name: string): number | undefined {
    const value = this.#values[name];
    if (value === undefined) return undefined;
    if (!/^\d+$/.test(value)) throw this.#refuse(name, 'a whole number');
    return Number(value);
  }

  flag(name: string): boolean {
    return this.choice(name, ['0', '1', 'false', 'true'], '0').match(/1|true/) !== null;
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[], fallback: NoInfer<Choice>): Choice {
    const value = this.#values[name];
    if (value === undefined) return fallback;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw this.#refuse(name, `one of ${choices.join(', ')}`);
    return found;
  }

  position(name: string): Position | undefined {
    const value = this.#values[name];
    if (value === undefined) return undefined;
    const match = /^(\d+)(%?)$/.exec(value);
    if (!match) throw this.#refuse(name, 'a number of bytes or a percentage');
    return match[2] ? { percent: Number(match[1]) } : { bytes: Number(match[1]) };
  }

  /** The names that start with `prefix`, without it, and their values. */
  under(prefix: string): [name: string, value: string][] {
    return Object.entries(this.#values)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]);
  }

  #refuse(name: string, wanted: string): ParameterError {
    return new ParameterError(`Parameter ${name}=${this.#values[name]} is not understood: give ${wanted}.`);
  }
}

/** The part of `attempts=cut:1000|status:503,retry-after:2|ok` that is meant for this attempt; the last repeats. */
export function valuesOfAttempt(list: string | undefined, attempt: number): ParameterValues {
  if (list === undefined || list === '') return {};
  const items = list.split('|');
  const item = items[Math.min(attempt, items.length) - 1] as string;
  if (item === 'ok') return {};
  const pairs = item.split(',').map((pair) => {
    const colon = pair.indexOf(':');
    return colon < 0 ? [pair, '1'] : [pair.slice(0, colon), decodeURIComponent(pair.slice(colon + 1))];
  });
  return Object.fromEntries(pairs) as ParameterValues;
}
