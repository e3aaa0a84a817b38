import { readFile, writeFile } from 'node:fs/promises';
import { createCommand } from '@background-fetch/testing-command-line';
import { type FaultServer, startFaultServer } from '@background-fetch/testing-fault-server';
import { InvalidArgumentError, Option } from 'commander';
import { contestants, ours } from './contestants.ts';
import { planRaces } from './races.ts';
import { writeReport } from './report.ts';
import { type Cell, describeAttempts, head, row } from './table.ts';

interface Options {
  readonly only: readonly string[];
  readonly column?: readonly string[];
  readonly report?: string;
}

let faultServer: Promise<FaultServer> | undefined;
const races = planRaces(() => {
  faultServer ??= startFaultServer();
  return faultServer;
});
const columns = races.flatMap(({ trials }) => trials.map(({ name }) => name));

// The race that is lost by ending up with anything but one whole version.
const names = contestants.map(({ name }) => name);
const { only, column, report } = createCommand(
  'npm run race:integrity --',
  'Interrupts each contestant in the middle of a file that changes, and lets each download from servers that answer ' +
    'oddly, go away or bear few connections. Fails if ours does not end up with one whole version each time, or at too ' +
    'great a cost.',
)
  .addOption(new Option('--only <contestant...>', 'only these').choices(names).default(names, 'all'))
  .option('--column <text...>', 'only the columns whose head contains it (default: all)', collectColumns)
  .option('--report <file>', 'write the tables there, too; what is not measured now stays as it is')
  .parse()
  .opts<Options>();

const found: Cell[] = [];
let lost = 0;
for (const { title, trials } of races) {
  const wanted = trials.filter(({ name }) => column?.some((text) => name.includes(text)) ?? true);
  if (wanted.length === 0) continue;
  console.log(`\n## ${title}\n\n${head(wanted.map(({ name }) => name))}`);
  for (const contestant of contestants) {
    if (!only.includes(contestant.name)) continue;
    const missing = contestant.missing();
    const texts: string[] = [];
    for (const trial of wanted) {
      const attempts = missing ? [] : await trial.run(contestant);
      if (ours.has(contestant.name)) lost += attempts.filter(({ verdict }) => !verdict.kept).length;
      const text = missing ?? describeAttempts(attempts);
      texts.push(text);
      found.push({ race: title, contestant: contestant.name, trial: trial.name, text });
    }
    console.log(row([contestant.name, ...texts]));
  }
}
await (await faultServer)?.close();
if (report) {
  const before = await readFile(report, 'utf8').catch(() => '');
  await writeFile(report, writeReport(races, names, found, before, new Date()));
}
if (lost > 0) {
  console.error(`Ours did not end up with one whole version, or at too great a cost, ${lost} times.`);
  process.exitCode = 1;
}

function collectColumns(text: string, before: readonly string[] = []): readonly string[] {
  if (columns.some((name) => name.includes(text))) return [...before, text];
  throw new InvalidArgumentError(`There are: ${columns.join('; ')}.`);
}
