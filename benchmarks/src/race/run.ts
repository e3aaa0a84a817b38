import { parseArgs } from 'node:util';
import { startFaultServer } from '@background-fetch/testing-fault-server';
import { cases } from './cases.ts';
import { contestants, ours } from './contestants.ts';
import { interruptAndSwap } from './interrupt.ts';

/**
 * The race that is lost by going on with the bytes of another version: interrupts each contestant in the middle of a
 * file, changes the file, and lets it go on. Fails if ours does not end up with one whole version each time.
 */
const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });

const server = await startFaultServer();
let lost = 0;
console.log(`| ${['', ...cases.map(({ name }) => name)].join(' | ')} |`);
console.log(`|${' --- |'.repeat(cases.length + 1)}`);
for (const contestant of contestants) {
  if (values.only && !values.only.includes(contestant.name)) continue;
  const missing = contestant.missing();
  const cells: string[] = [];
  for (const one of cases) {
    if (missing) cells.push(missing);
    else {
      const { outcome, detail } = await interruptAndSwap(server, contestant, one);
      if (ours.has(contestant.name) && outcome !== 'whole') lost++;
      cells.push(`${outcome} (${detail})`);
    }
  }
  console.log(`| ${[contestant.name, ...cells].join(' | ')} |`);
}
await server.close();
if (lost > 0) {
  console.error(`Ours did not end up with one whole version ${lost} times.`);
  process.exitCode = 1;
}
