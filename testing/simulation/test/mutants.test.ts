import { expect, test } from 'vitest';
import { requireText } from '../src/mutants/mutant.ts';
import { mutants } from '../src/mutants/mutants.ts';

test('every mutant finds what it changes', () => {
  expect(mutants.length).toBeGreaterThanOrEqual(25);
  for (const mutant of mutants) requireText(mutant);
});
