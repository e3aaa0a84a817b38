import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonReporter } from '../../src/command/progress/json-reporter.ts';
import { PlainReporter } from '../../src/command/progress/plain-reporter.ts';
import { RateMeter } from '../../src/command/progress/rate-meter.ts';
import { renderBar } from '../../src/command/progress/render-bar.ts';
import { renderFrame } from '../../src/command/progress/render-frame.ts';
import { TerminalReporter } from '../../src/command/progress/terminal-reporter.ts';
import { fit, widthOf } from '../../src/command/progress/text-width.ts';
import type { FetchStatus, FileStatus } from '../../src/daemon/status.ts';

function fetchStatus(change: Partial<FetchStatus> = {}): FetchStatus {
  return {
    id: 'films',
    title: '',
    state: 'active',
    reason: '',
    cause: null,
    created: 0,
    command: null,
    directory: null,
    problem: null,
    kept: 0,
    keptUntil: null,
    downloaded: 0,
    total: 1000,
    uploaded: 0,
    uploadTotal: 0,
    fileCount: 1,
    filesDone: 0,
    filesFailed: 0,
    ...change,
  };
}

function fileStatus(change: Partial<FileStatus> = {}): FileStatus {
  return {
    index: 0,
    url: 'https://a.example/film.mp4',
    state: 'transferring',
    downloaded: 0,
    total: 1000,
    status: 200,
    reason: '',
    cause: null,
    retryAt: null,
    path: null,
    ...change,
  };
}

describe('a bar', () => {
  const bar = { label: 'film.mp4', done: 450, total: 1000, rate: 100, note: '' };

  it('tells share, amount, rate and remaining time where there is room', () => {
    const line = renderBar(bar, 120);
    expect(line).toMatch(
      /^film\.mp4 +━+─+ {3}45 % {2}450 B of 1000 B {2}100 B\/s {2}6s$|^film\.mp4 +━+─+ {3}45 % {2}450 B of 1\.0 KiB {2}100 B\/s {2}6s$/,
    );
  });

  it('has no share where the total is not known', () => {
    expect(renderBar({ ...bar, total: null }, 120)).toMatch(/^film\.mp4 +450 B {2}100 B\/s$/);
  });

  it('is never wider than the terminal, whatever it shows', () => {
    fc.assert(
      fc.property(
        fc.record({
          label: fc.string({ unit: fc.constantFrom('a', 'é', '東', '👩', '.') }),
          done: fc.nat(),
          total: fc.option(fc.nat()),
          rate: fc.option(fc.nat()),
          note: fc.constantFrom('', 'paused', 'next attempt in 3m05s'),
        }),
        fc.integer({ min: 1, max: 200 }),
        (any, columns) => void expect(widthOf(renderBar(any, columns))).toBeLessThanOrEqual(columns),
      ),
      { numRuns: 1000 },
    );
  });

  it('counts a character that is made of several as the terminal shows it', () => {
    expect(['👩‍🚀', '🇳🇵', 'e\u0301', '✔️', '한글', 'ﾊﾝ'].map(widthOf)).toEqual([2, 2, 1, 2, 4, 2]);
  });

  it('fits a text into exactly the columns there are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '東', '👩', '👩‍🚀', '🇳🇵', 'e\u0301', '✔️') }),
        fc.integer({ min: 1, max: 40 }),
        (text, width) => {
          expect(widthOf(fit(text, width))).toBe(width);
        },
      ),
    );
  });
});

describe('a frame', () => {
  const files = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      file: fileStatus({ index, url: `https://a.example/${index}` }),
      rate: 1,
    }));

  it('has one line for a single file', () => {
    expect(renderFrame({ fetches: [fetchStatus()], files: files(1), rate: 1 }, 80, 24, 0)).toHaveLength(1);
  });

  it('has a line for each file and one in all', () => {
    const lines = renderFrame(
      { fetches: [fetchStatus({ fileCount: 3 })], files: files(3), rate: 1 },
      80,
      24,
      0,
    );
    expect(lines).toHaveLength(4);
    expect(lines.at(-1)).toMatch(/^0 of 3 files/);
  });

  it('is lower than the terminal', () => {
    const lines = renderFrame(
      { fetches: [fetchStatus({ fileCount: 500 })], files: files(500), rate: 1 },
      80,
      8,
      0,
    );
    expect(lines.length).toBeLessThan(8);
  });

  it('says when the next attempt comes', () => {
    const file = fileStatus({ state: 'retrying', retryAt: 65_000 });
    const lines = renderFrame(
      { fetches: [fetchStatus()], files: [{ file, rate: 0 }], rate: 0 },
      80,
      24,
      5000,
    );
    expect(lines[0]).toMatch(/next attempt in 1m00s$/);
  });

  it('never lets a name or a title reach the terminal as it is', () => {
    const file = fileStatus({ url: 'https://a.example/%1b%5b31mred' });
    const lines = renderFrame({ fetches: [fetchStatus()], files: [{ file, rate: 0 }], rate: 0 }, 80, 24, 0);
    expect(lines.join('')).not.toContain('\u001b');
  });
});

describe('a terminal', () => {
  it('is drawn over, also after it became narrower, and is clean at the end', () => {
    const written: string[] = [];
    let resize = (): void => {};
    const screen = {
      columns: 80,
      rows: 24,
      write: (text: string) => written.push(text),
      on: (_: 'resize', listener: () => void) => {
        resize = listener;
      },
      off: () => {},
    };
    const reporter = new TerminalReporter(screen);
    reporter.report({ fetch: fetchStatus(), files: [fileStatus({ downloaded: 10 })] });
    const width = widthOf((written[0] ?? '').trimEnd());
    screen.columns = 30;
    resize();
    expect(written[1]?.startsWith(`\u001b[${Math.ceil(width / 30)}A\r\u001b[0J`)).toBe(true);
    reporter.end();
    expect(written[2]).toBe('\u001b[1A\r\u001b[0J');
  });
});

describe('plain lines', () => {
  it('come for a change of state, and for every 10 % or 5 s', () => {
    let now = 0;
    let text = '';
    const reporter = new PlainReporter({ write: (line: string) => (text += line) }, () => now);
    const lines = (status: Partial<FetchStatus>, file: Partial<FileStatus> = {}): string[] => {
      text = '';
      reporter.report({ fetch: fetchStatus(status), files: [fileStatus(file)] });
      return text.split('\n').slice(0, -1);
    };
    expect(lines({})).toEqual(['films: active, 0 B of 1.0 KiB (0 %)']);
    now = 1000;
    expect(lines({ downloaded: 99 })).toEqual([]);
    expect(lines({ downloaded: 100 })).toHaveLength(1);
    now = 5999;
    expect(lines({ downloaded: 101 })).toEqual([]);
    now = 6000;
    expect(lines({ downloaded: 101 })).toHaveLength(1);
    expect(lines({ state: 'paused' })).toHaveLength(1);
    expect(lines({ state: 'paused' }, { state: 'failed', reason: 'bad-status', status: 404 })).toEqual([
      'films: film.mp4: the server answered 404 (bad-status): https://a.example/film.mp4',
    ]);
  });
});

describe('JSON lines', () => {
  it('have this shape', () => {
    const events: object[] = [];
    const reporter = new JsonReporter(
      (event) => events.push(event),
      () => 0,
    );
    reporter.report({ fetch: fetchStatus(), files: [fileStatus()] });
    reporter.report({ fetch: fetchStatus({ downloaded: 5 }), files: [fileStatus({ downloaded: 5 })] });
    expect(events).toMatchInlineSnapshot(`
      [
        {
          "cause": null,
          "downloaded": 0,
          "event": "file",
          "id": "films",
          "index": 0,
          "path": null,
          "reason": "",
          "retryAt": null,
          "state": "transferring",
          "status": 200,
          "total": 1000,
          "url": "https://a.example/film.mp4",
        },
        {
          "cause": null,
          "command": null,
          "created": 0,
          "directory": null,
          "downloaded": 0,
          "event": "progress",
          "fileCount": 1,
          "filesDone": 0,
          "filesFailed": 0,
          "id": "films",
          "kept": 0,
          "keptUntil": null,
          "problem": null,
          "reason": "",
          "state": "active",
          "title": "",
          "total": 1000,
          "uploadTotal": 0,
          "uploaded": 0,
        },
      ]
    `);
  });
});

describe('a rate', () => {
  it('is that of the last five seconds', () => {
    const meter = new RateMeter();
    for (let second = 0; second <= 20; second++)
      meter.add(second < 10 ? 0 : (second - 10) * 500, second * 1000);
    expect(meter.rate(20_000)).toBe(500);
  });

  it('is not negative when a body starts again', () => {
    const meter = new RateMeter();
    meter.add(0, 0);
    meter.add(1000, 1000);
    meter.add(100, 2000);
    expect(meter.rate(2000)).toBe(0);
    meter.add(300, 3000);
    expect(meter.rate(3000)).toBe(200);
  });
});
