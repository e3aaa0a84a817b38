import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

interface Ended {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const root = new URL('../../../', import.meta.url);
const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
/** All that are of ours, so that one that is added is tested, too. */
const names = Object.keys(scripts).filter((name) => /--import tsx |^node scripts/.test(scripts[name] ?? ''));

/** Runs a command without npm, which would build before some of them. */
function run(name: string, ...args: readonly string[]): Promise<Ended> {
  const [, ...given] = (scripts[name] as string).split(' ');
  // one that goes to work instead must not go on for long
  const options = { cwd: fileURLToPath(root), timeout: 60_000, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve) => {
    execFile(process.execPath, [...given, ...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

describe.concurrent('the command', () => {
  it.each(names)('%s prints its usage and nothing else for --help', async (name) => {
    const { code, stdout, stderr } = await run(name, '--help');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Usage: npm .+ -- \[options\]\n\n[A-Z][\s\S]+\.\n\nOptions:\n( {2}.+\n)+$/);
    expect(code).toBe(0);
  });

  // one of each kind: the way is the same for all
  it.each(['simulate', 'test', 'engines'])(
    '%s names an option that there is not, and points to --help',
    async (name) => {
      const { code, stdout, stderr } = await run(name, '--bogus');
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^error: [Uu]nknown option '--bogus'\n\(npm .+ --help .+\)\n$/);
      expect(code).toBe(2);
    },
  );
});

describe.concurrent('a value that cannot be used', () => {
  it.each([
    ['simulate', ['--seeds', '0'], 'whole number from 1 on'],
    ['simulate:mutants', ['--only', 'no such mutant'], 'No mutant'],
    ['bench:web', ['--options', '{'], 'not JSON'],
    ['race:integrity', ['--only', 'browser'], 'curl, wget'],
    ['conformance', ['--engine', 'opera'], 'chromium, firefox, webkit, node'],
    ['conformance:native', ['--engine', 'firefox'], '--native is chromium'],
    ['field', ['--server', 'caddy'], 'nginx, apache, lighttpd'],
    ['wpt', [], '--wpt <directory>'],
    ['wpt', ['--wpt', '/nowhere'], 'A checkout of web-platform-tests with wpt, background-fetch'],
    ['test:durability', ['--only', 'no such scenario'], 'There are: killed'],
    ['test', ['--only', 'unit,nonsense'], 'There are: lint'],
    ['start', ['--native'], 'needs --headless chromium'],
  ])('%s %j says why', async (name, args, reason) => {
    const { code, stdout, stderr } = await run(name, ...args);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error: .+\n\(npm .+ --help .+\)\n$/);
    expect(stderr).toContain(reason);
    expect(code).toBe(2);
  });
});
