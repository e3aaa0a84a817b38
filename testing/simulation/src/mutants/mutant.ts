import { readFileSync } from 'node:fs';

/** The core with one thing wrong. */
export interface Mutant {
  readonly name: string;
  /** From the folder of the core's source on. */
  readonly file: string;
  /** What is written there, once, */
  readonly from: string;
  /** and what is to be there instead. */
  readonly to: string;
}

const core = new URL('../../../../packages/core/src/', import.meta.url);

export function pathOf({ file }: Mutant): string {
  return new URL(file, core).pathname;
}

/** @throws if what is to be changed is not there any more, or not alone */
export function requireText(mutant: Mutant): void {
  const { name, file, from, to } = mutant;
  const count = readFileSync(pathOf(mutant), 'utf8').split(from).length - 1;
  if (count === 1 && from !== to) return;
  throw new Error(`The mutant "${name}" changes what is ${count} times in ${file}: write it anew\n${from}`);
}
