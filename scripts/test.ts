import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createCommand, type Print, runSideBySide } from '@background-fetch/testing-command-line';
import { InvalidArgumentError } from 'commander';

interface Count {
  passed: number;
  failed: number;
}

interface Outcome extends Count {
  readonly name: string;
  /** The lines that say which tests failed. */
  readonly failures: readonly string[];
}

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** Reads what the command counted; a command that counts nothing is one check, by its exit code. */
  readonly count?: (output: string) => Count | null;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const typescript = ['node', '--conditions=source', '--import', 'tsx'];

/** The last plain line `N passed, N failed` of a runner of ours. */
function countOwnLine(output: string): Count | null {
  const lines = [...output.matchAll(/^(\d+) passed, (\d+) failed/gm)];
  const last = lines.at(-1);
  return last ? { passed: Number(last[1]), failed: Number(last[2]) } : null;
}

function withoutColours(output: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: vitest colours its output
  return output.replace(/\u001b\[\d+m/g, '');
}

/** The line `Tests  1 failed | 2 passed (3)` of vitest. */
function countVitest(output: string): Count | null {
  const line = /^\s*Tests\s.*$/m.exec(withoutColours(output))?.[0];
  if (!line) return null;
  return {
    passed: Number(/(\d+) passed/.exec(line)?.[1] ?? 0),
    failed: Number(/(\d+) failed/.exec(line)?.[1] ?? 0),
  };
}

/** The lines in which vitest (`FAIL`) and the runners of ours (`✗`) name what failed. */
function findFailures(output: string): string[] {
  const lines = withoutColours(output).matchAll(/^\s*((?:FAIL|✗) .*)$/gm);
  return [...new Set([...lines].map(([, line = '']) => line.trimEnd()))];
}

/** What may run side by side; a stage begins when the one before it has ended. */
const stages: readonly (readonly Step[])[] = [
  [
    { name: 'lint', command: ['npx', 'biome', 'ci', '--error-on-warnings', '.'] },
    { name: 'types', command: ['npx', 'tsc', '--build'] },
    { name: 'projects', command: [...typescript, 'scripts/check-projects.ts'] },
    { name: 'names', command: [...typescript, 'scripts/check-names.ts'] },
    { name: 'discoveries', command: [...typescript, 'scripts/check-discoveries.ts'] },
  ],
  [{ name: 'build', command: ['npm', 'run', '--silent', 'build'] }],
  [
    // what was built, as an app compiles it
    ...[
      'web/test/types/page',
      'web/test/types/worker',
      'web/test/types/worker-without-library',
      'node/test/types',
    ].map((folder) => ({
      name: `types of packages/${folder}`,
      command: ['npx', 'tsc', '-p', `packages/${folder}`],
    })),
    { name: 'packages', command: ['npm', 'run', '--silent', 'check:packages'] },
    { name: 'support table', command: ['npm', 'run', '--silent', 'support-table', '--', '--check'] },
    { name: 'size', command: [...typescript, 'scripts/size.ts'] },
  ],
  // what lies in sockets when a process dies grows with what else there is to do
  [
    {
      name: 'crash',
      command: [...typescript, 'testing/durability/src/crash/run.ts', '--rounds', '10'],
      count: countOwnLine,
    },
  ],
  // those that wait for browsers and processes beside those that compute; conformance keeps every processor busy by itself, and has
  // the next stage to itself
  [
    { name: 'unit', command: ['npx', 'vitest', 'run'], count: countVitest },
    {
      name: 'durability',
      // `npm run test:durability` has every scenario in every engine, and more kills
      command: [...typescript, 'testing/durability/src/run.ts', '--short', '--rounds', '4'],
      count: countOwnLine,
    },
    {
      name: 'faults',
      // `npm run faults` has the browsers, too
      command: [...typescript, 'testing/conformance/src/faults.ts', '--host', 'node'],
      count: countOwnLine,
    },
    {
      name: 'hostile',
      // `npm run hostile` takes ten minutes
      command: [...typescript, 'testing/hostile/src/run.ts', '--seconds', '20'],
      count: countOwnLine,
    },
    {
      name: 'simulate',
      // as many as fit in: `npm run simulate` has 10,000
      command: [...typescript, 'testing/simulation/src/cli/simulate.ts', '--seeds', '1500'],
      count: countOwnLine,
    },
  ],
  [
    {
      name: 'conformance',
      // `npm run conformance` has all suites in driven WebKit, too
      command: [...typescript, 'testing/conformance/src/run.ts', '--short'],
      count: countOwnLine,
    },
  ],
];
const names = stages.flat().map(({ name }) => name);
/** Steps of a stage that run at the same time; what is printed stays together. */
const atATime = 2;

async function run(step: Step, print: Print): Promise<Outcome> {
  print(`\n── ${step.name}\n`);
  const begun = performance.now();
  const [command, ...args] = step.command as [string, ...string[]];
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
      print(`${chunk}`);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  print(`── ${step.name}: ${Math.round((performance.now() - begun) / 1000)} s\n`);
  const { name } = step;
  const count = step.count?.(output) ?? { passed: 0, failed: 0 };
  if (code !== 0)
    return { name, ...count, failed: Math.max(count.failed, 1), failures: findFailures(output) };
  return { name, ...(step.count ? count : { passed: 1, failed: 0 }), failures: [] };
}

function parseOnly(text: string): readonly string[] {
  const parts = text.split(',');
  if (parts.every((part) => part !== '' && names.some((name) => name.startsWith(part)))) return parts;
  throw new InvalidArgumentError(`There are: ${names.join(', ')}.`);
}

const { only, list } = createCommand(
  'npm test --',
  'Runs every check of the repository, and ends with a line "N passed, N failed".',
)
  .option(
    '--only <names>',
    'only the checks whose names begin so, with commas between (default: all)',
    parseOnly,
  )
  .option('--list', 'name the checks, and run none')
  .parse()
  .opts<{ readonly only?: readonly string[]; readonly list?: boolean }>();
if (list) {
  for (const name of names) console.log(name);
} else {
  const total: Count = { passed: 0, failed: 0 };
  const failed: string[] = [];
  const show: Print = (text) => process.stdout.write(text);
  for (const stage of stages) {
    const chosen = stage.filter(({ name }) => only?.some((part) => name.startsWith(part)) ?? true);
    const outcomes = await runSideBySide(chosen, atATime, show, run);
    for (const { name, passed, failed: failures, failures: lines } of outcomes) {
      total.passed += passed;
      total.failed += failures;
      if (failures > 0) failed.push([name, ...lines].join('\n  '));
      // a runner that counted nothing has tested nothing
      else if (passed === 0) {
        total.failed++;
        failed.push(`${name} (ran no test)`);
      }
    }
  }
  if (failed.length > 0) console.log(`\nfailed: ${failed.join('\nfailed: ')}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}
