import { describe, expect, it } from 'vitest';
import { widthOf } from '../../src/command/progress/text-width.ts';
import { size, stalled, useCommandLine } from './given.ts';
import { noTerminal, runOnTerminal } from './terminal.ts';

const given = useCommandLine();
const reason = noTerminal();
const onTerminal = it.skipIf(reason !== null);
if (reason !== null) console.warn(`Nothing is tried on a terminal: ${reason}`);

const url = (key: string, query = `size=${size}`): string => `${given.server.origin}/r/${key}?${query}`;

describe('progress', () => {
  onTerminal('is bars that are drawn over each other', async () => {
    const { code, text } = await runOnTerminal(given.cli, ['get', url('bars')], { columns: 100 });
    expect(code).toBe(0);
    expect(text).toMatch(/^bars {10,}.*\d/m);
    expect(text).toContain('\n\u001b[1A\r\u001b[0J');
  });

  onTerminal('is lines without escapes on a terminal that knows none', async () => {
    const environment = { TERM: 'dumb' };
    const { code, text } = await runOnTerminal(given.cli, ['get', url('dumb')], {
      columns: 100,
      environment,
    });
    expect(code).toBe(0);
    expect(text).toContain('dumb: success');
    expect(text).not.toContain('\u001b');
  });

  onTerminal('is that of 80 columns on a terminal that was told no size', async () => {
    const { code, text } = await runOnTerminal(given.cli, ['get', url('no-size')], { columns: 0 });
    expect(code).toBe(0);
    expect(text).toMatch(/^no-size {10,}.*\d/m);
  });
});

describe('bgfetch list', () => {
  const title = 'Épisode 東京 👩‍🚀, and how it went on after that';

  async function makeFetches(): Promise<void> {
    const films = ['fetch', '--wait', '--id', 'film', '--title', title, '--', url('film'), url('film-2')];
    expect((await given.cli.run(...films)).code).toBe(0);
    expect((await given.cli.run('get', url('song', 'size=10'), url('gone', 'status=404'))).code).toBe(1);
    const slow = `a-name-that-is-much-longer-than-${'forty-columns-'.repeat(3)}are`;
    const rate = ['--limit-rate', '200k'];
    expect((await given.cli.run('fetch', ...rate, '--id', slow, url('slow', 'size=30000000'))).code).toBe(0);
  }

  onTerminal('is a table that fits, of which narrow terminals have less', async () => {
    await makeFetches();
    for (const columns of [80, 40, 20, 0, 200]) {
      const { code, text } = await runOnTerminal(given.cli, ['list'], { columns });
      const lines = text.split('\n').slice(0, -1);
      expect([code, lines.length]).toEqual([0, 4]);
      expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns || 80);
      expect(lines[0]).toMatch(/^ID +STATE/);
      const state = lines[0]?.indexOf('STATE') ?? 0;
      expect(lines.slice(1).map((line) => line.slice(state).split(' ')[0])).toEqual([
        ...['success', 'failure', 'active'],
      ]);
      if (columns === 200) {
        expect(lines[0]).toMatch(/^ID +STATE +SIZE +% +SPEED +ETA +AGE +FILES +LEFT BY +TITLE$/);
        expect(lines[1]).toMatch(/^film +success +5\.7 MiB +100 +\d+s +2\/2 +Épisode 東京 👩‍🚀, and how/);
        expect(lines[2]).toMatch(/^song +failure .* get$/);
        expect(lines[3]).toMatch(/ active +28\.6 MiB +\d+ +\d+\.\d KiB\/s +\w+ +\d+s$/);
      }
      if (columns === 40) expect(lines[0]).toMatch(/^ID +STATE +%.*LEFT BY$/);
    }
  });

  it('is one line for each fetch where it is read by a program, with the same parts as before', async () => {
    await makeFetches();
    const lines = (await given.cli.run('list')).stdout.split('\n');
    expect(lines[0]).toBe(`film  success  5.7 MiB, 2 of 2 files  ${title}`);
    expect(lines[1]).toMatch(/^song {2}failure \(bad-status\) {2}.*, 1 of 2 files, left by get$/);
    expect(lines[2]).toMatch(/^a-name-\S+ {2}active {2}/);
  });
});

describe('bgfetch show', () => {
  it('tells times as the clock here does, with the zone, and how long ago', async () => {
    await given.cli.run('fetch', '--wait', '--id', 'film', url('shown', 'size=5'));
    const [fetch] = await given.cli.events('show', 'film');
    const { stdout } = await given.cli.start(['show', 'film'], { TZ: 'Asia/Kathmandu' }).finished;
    const [, time = '', zone] = /started {2}(\S+ \S+) (\S+), \d+s ago$/m.exec(stdout) ?? [];
    expect(zone).toBe('+05:45');
    expect(Date.parse(`${time.replace(' ', 'T')}+05:45`)).toBe(
      Math.floor((fetch?.created as number) / 1000) * 1000,
    );
  });

  it('tells what a get left from what fetch keeps, and neither from what goes on', async () => {
    const stopped = given.cli.start(['get', url('stopped', `size=${size}&stall=2500000`)]);
    await stalled(given, 'stopped');
    expect((await given.cli.run('show', 'stopped')).stdout).not.toContain('left by');
    await stopped.said(/active/);
    stopped.child.kill('SIGINT');
    await stopped.finished;
    expect((await given.cli.run('show', 'stopped')).stdout).toContain('left by  get: the same command');
    await given.cli.run('fetch', '--wait', '--id', 'kept', url('kept', 'size=5'));
    expect((await given.cli.run('show', 'kept')).stdout).not.toContain('left by');
    expect(await given.cli.events('list')).toMatchObject([{ command: 'get' }, { command: 'fetch' }]);
  });
});
