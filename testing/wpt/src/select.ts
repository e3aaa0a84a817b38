import type { TestPage } from './suite/list-pages.ts';

export interface Selection {
  readonly pages: readonly TestPage[];
  /** whether a subtest counts, by its title */
  readonly isMeant: (title: string) => boolean;
}

/** The pages whose name contains the text; if none does, all of them, for the subtests whose title does. */
export function select(pages: readonly TestPage[], text: string): Selection {
  const contains = (name: string): boolean => name.toLowerCase().includes(text.toLowerCase());
  const named = pages.filter(({ name }) => contains(name));
  return named.length > 0 ? { pages: named, isMeant: () => true } : { pages, isMeant: contains };
}
