import { endings } from './endings.ts';
import type { Mutant } from './mutant.ts';
import { responses } from './responses.ts';
import { retries } from './retries.ts';
import { storing } from './storing.ts';

export const mutants: readonly Mutant[] = [...responses, ...storing, ...retries, ...endings];
