import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createCommand } from '@background-fetch/testing-command-line';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The checks that need no browser; their tests of browsers say which ones are not there. */
const nodeParts = ['unit', 'simulate', 'crash', 'faults', 'hostile'];

const { node: versions, only } = createCommand(
  'npm run test:node-versions --',
  'Runs the checks of Node with other versions of Node, which npm fetches, and fails where one of them fails.',
)
  .option('--node <version...>', 'major versions', ['22', '24'])
  .option('--only <names>', 'only these checks, with commas between', nodeParts.join(','))
  .parse()
  .opts<{ readonly node: readonly string[]; readonly only: string }>();

/** The last line that the run printed, and whether it passed. */
async function runWith(version: string): Promise<{ passed: boolean; line: string }> {
  const args = ['--yes', '--package', `node@${version}`, '--', 'npm', 'test', '--', '--only', only];
  console.log(`\n── Node ${version}: npx ${args.join(' ')}`);
  const child = spawn('npx', args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let last = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    process.stdout.write(text);
    last = (last + text).trimEnd().split('\n').at(-1) ?? '';
  });
  const [code] = await once(child, 'close');
  return { passed: code === 0, line: last };
}

const outcomes: string[] = [];
for (const version of versions) {
  const { passed, line } = await runWith(version);
  outcomes.push(`${passed ? '✓' : '✗'} Node ${version}: ${line}`);
  if (!passed) process.exitCode = 1;
}
console.log(`\n${outcomes.join('\n')}`);
