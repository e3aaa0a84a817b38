import { expect, test } from 'vitest';
import { drawPlan } from '../src/plan/draw-plan.ts';
import { live } from '../src/simulation/live.ts';

/** All that happens in the world of a seed, as text. */
async function journalOf(seed: number): Promise<string> {
  const { journal } = await live(drawPlan(seed), { keepsJournal: true });
  return journal.join('\n');
}

test('one seed decides everything: two runs have the same journal, to the letter', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const journal = await journalOf(seed);
    expect(await journalOf(seed)).toBe(journal);
    expect(journal.split('\n').length).toBeGreaterThan(10);
  }
});

test('every seed has a history of its own', async () => {
  const journals = new Set<string>();
  for (let seed = 1; seed <= 40; seed++) journals.add(await journalOf(seed));
  expect(journals.size).toBe(40);
});
