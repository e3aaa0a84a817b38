import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Measurement } from './measure.ts';
import type { Shape } from './shapes.ts';

/** Each shape in a process of its own, one after the other. */
export async function measureNode(shapes: readonly Shape[]): Promise<Measurement[]> {
  const measure = new URL('./measure.ts', import.meta.url);
  const server = fork(measure, ['serve']);
  try {
    const [origin] = (await once(server, 'message')) as [string];
    const found: Measurement[] = [];
    for (const shape of shapes) {
      const child = fork(measure, ['measure', JSON.stringify(shape), origin]);
      const ended = once(child, 'exit').then(([code]) => {
        throw new Error(`The process that measured ${JSON.stringify(shape)} ended with ${code}`);
      });
      const [measurement] = (await Promise.race([once(child, 'message'), ended])) as [Measurement];
      ended.catch(() => {});
      found.push(measurement);
      console.log(JSON.stringify(measurement));
    }
    return found;
  } finally {
    server.disconnect();
  }
}
