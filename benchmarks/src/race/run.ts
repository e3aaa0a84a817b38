import { createCommand } from '@background-fetch/testing-command-line';
import { startFaultServer } from '@background-fetch/testing-fault-server';
import { Option } from 'commander';
import { cases } from './cases.ts';
import { contestants, ours } from './contestants.ts';
import { interruptAndSwap } from './interrupt.ts';

// The race that is lost by going on with the bytes of another version.
const names = contestants.map(({ name }) => name);
const { only } = createCommand(
  'npm run race:integrity --',
  'Interrupts each contestant in the middle of a file, changes the file, and lets it go on. Fails if ours does not end ' +
    'up with one whole version each time.',
)
  .addOption(new Option('--only <contestant...>', 'only these').choices(names).default(names, 'all'))
  .parse()
  .opts<{ readonly only: readonly string[] }>();

const server = await startFaultServer();
let lost = 0;
console.log(`| ${['', ...cases.map(({ name }) => name)].join(' | ')} |`);
console.log(`|${' --- |'.repeat(cases.length + 1)}`);
for (const contestant of contestants) {
  if (!only.includes(contestant.name)) continue;
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
