import { describe, expect, test } from 'vitest';
import { parseStat } from '../src/process-tree.ts';

/** As Linux writes it, up to the field of which process 42 is told apart from an earlier one of that number. */
function statOf(state: string, threads: number): string {
  return `42 (a (very) odd name) ${state} 7 42 5144 0 -1 4227084 2961 6549 1 0 10 1 6 4 20 0 ${threads} 0 560578 0 0 0`;
}

describe('a process', () => {
  test('is known by its number, its parent, its group and its start', () => {
    expect(parseStat(statOf('S', 3))).toEqual({ pid: 42, parent: 7, group: 42, started: '560578' });
  });

  test('whose first thread is dead is alive for as long as another one is', () => {
    expect(parseStat(statOf('Z', 2))).toMatchObject({ pid: 42 });
  });

  test.each(['Z', 'X'])('in state %s without another thread is gone', (state) => {
    expect(parseStat(statOf(state, 1))).toBeUndefined();
  });

  test('that ended before it could be looked at is gone', () => {
    expect(parseStat('')).toBeUndefined();
  });
});
