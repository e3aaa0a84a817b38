/** A plain object with some members of another one, whose getters may lie on its prototype. */
export function pick<T, K extends keyof T>(source: T, ...members: K[]): Pick<T, K> {
  return Object.fromEntries(members.map((member) => [member, source[member]])) as Pick<T, K>;
}
