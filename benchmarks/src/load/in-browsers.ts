import { setTimeout as pause } from 'node:timers/promises';
import type { BrowserName } from '@background-fetch/testing-browsers';
import { type Bench, setUpBench } from '../bench.ts';
import type { BrowserLoad, LoadShape, PausedCounts } from '../load-shape.ts';

/** One load in one browser. */
export interface BrowserRow {
  readonly engine: BrowserName;
  readonly shape: LoadShape;
  readonly load: BrowserLoad;
}

/** ms; a browser that has just started is still busy with itself */
const settling = 3000;
/** ms between two looks at its memory */
const interval = 500;

/** Each load in a browser of its own, one after the other. */
export async function measureBrowser(
  engine: BrowserName,
  shapes: readonly LoadShape[],
): Promise<BrowserRow[]> {
  await using bench = await setUpBench(undefined);
  const rows: BrowserRow[] = [];
  for (const shape of shapes) {
    const row = { engine, shape, load: await measureOnce(bench, engine, shape) };
    console.log(JSON.stringify(row));
    rows.push(row);
  }
  return rows;
}

async function measureOnce(bench: Bench, engine: BrowserName, shape: LoadShape): Promise<BrowserLoad> {
  await using page = await bench.openForLoad(engine);
  await pause(settling);
  const before = await page.browser.memory();
  let [peak, over] = [before, false];
  const watching = (async () => {
    while (!over) {
      peak = Math.max(peak, await page.browser.memory());
      await pause(interval);
    }
  })();
  try {
    const starting = await page.call<number>('start', shape);
    const paused = await page.call<PausedCounts>('watchPaused');
    const rest = await page.call<Omit<BrowserLoad, 'starting' | 'paused' | 'memory'>>('finish');
    return { starting, paused, ...rest, memory: peak - before };
  } finally {
    over = true;
    await watching;
  }
}
