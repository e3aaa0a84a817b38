import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCommand, wholeNumber } from '@background-fetch/testing-command-line';
import { startFaultServer } from '@background-fetch/testing-fault-server';
import { seededRandom } from '@background-fetch/testing-simulation';
import { seedOption } from '../seed-option.ts';
import { inMebibytes } from '../transfer-account.ts';
import { killTheDaemon } from './daemon.ts';
import { killTheEmbedding } from './embedded.ts';
import { compilePerformer } from './life.ts';
import type { Figures } from './round.ts';

const { rounds, from, seed } = createCommand(
  'npm run test:crash --',
  'Kills processes of the Node host at random moments, and judges what they leave and bring.',
)
  .option('--rounds <n>', 'rounds to run', wholeNumber(1), 10)
  .option('--from <n>', 'the first round', wholeNumber(1), 1)
  .addOption(seedOption())
  .parse()
  .opts<{ readonly rounds: number; readonly from: number; readonly seed: string }>();

type Round = Parameters<typeof killTheDaemon>;
const performer = await compilePerformer();
const kinds = [
  {
    name: 'embedded',
    run: (...round: Round): Promise<Figures> => killTheEmbedding(performer.path, ...round),
  },
  { name: 'daemon', run: killTheDaemon },
];

console.log(`seed ${seed}, ${rounds} rounds`);
const total = { passed: 0, failed: 0, kills: 0, files: 0, mostAgain: 0 };
for (let round = from; round < from + rounds; round++) {
  const server = await startFaultServer();
  const directory = await mkdtemp(join(tmpdir(), 'background-fetch-crash-'));
  const kind = kinds[round % kinds.length] as (typeof kinds)[number];
  try {
    const random = seededRandom(`${seed}/${round}`);
    const { kills, files, mostAgain } = await kind.run(server, random, `round-${round}`, directory);
    total.passed++;
    total.kills += kills;
    total.files += files;
    total.mostAgain = Math.max(total.mostAgain, mostAgain);
    console.log(
      `✓ ${round} ${kind.name}: ${files} files, ${kills} kills, ${inMebibytes(mostAgain)} MiB again at most`,
    );
  } catch (error) {
    total.failed++;
    console.log(`✗ ${round} ${kind.name}: --seed ${seed} --from ${round} --rounds 1 repeats it`);
    console.error(error);
  } finally {
    await server.close();
    await rm(directory, { recursive: true, force: true });
  }
}
await performer[Symbol.asyncDispose]();
const { passed, failed, kills, files } = total;
console.log(
  `${files} files and ${kills} kills; one kill cost one file ${inMebibytes(total.mostAgain)} MiB at most`,
);
// a run in which nobody died has tested nothing
if (kills === 0) console.log('Nobody was killed: run more rounds');
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && kills > 0 ? 0 : 1;
