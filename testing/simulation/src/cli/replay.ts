import { drawPlan, type Plan } from '../plan/draw-plan.ts';
import { live } from '../simulation/live.ts';
import { shrink } from '../simulation/shrink.ts';

/** Lives through one seed again and prints what happened; if it fails, as few of its happenings as it takes. */
export async function replay(seed: number, only?: string): Promise<boolean> {
  const plan = drawPlan(seed);
  const { violation } = await live(plan, { only });
  if (!violation) {
    await print(plan, new Set(), only);
    console.log(`\nseed ${seed} holds every invariant`);
    return true;
  }
  const { without } = await shrink(plan, violation, only);
  console.log(`seed ${seed} violates an invariant; what it takes to do so:\n`);
  await print(plan, without, only);
  console.log(`\n${violation.invariant}: ${violation.what}`);
  return false;
}

async function print(plan: Plan, without: ReadonlySet<number>, only?: string): Promise<void> {
  const { sizes, happenings } = plan;
  for (const [url, size] of sizes) console.log(`${url} has ${size} bytes`);
  for (const [place, { at, what }] of happenings.entries()) {
    if (!without.has(place)) console.log(`${String(at).padStart(8)}  ${what}`);
  }
  console.log('');
  const { journal } = await live(plan, { without, keepsJournal: true, only });
  console.log(journal.join('\n'));
}
