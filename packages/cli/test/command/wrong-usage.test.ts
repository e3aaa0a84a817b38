import { describe, expect, it } from 'vitest';
import { useCommandLine } from './given.ts';

const given = useCommandLine();

describe('wrong usage', () => {
  it.each([
    ['no command', []],
    ['an unknown command', ['frobnicate']],
    ['an unknown option', ['list', '--frob']],
    ['no URL', ['get']],
    ['no http URL', ['get', 'file:///etc/passwd']],
    ['a port that is blocked', ['get', 'http://localhost:1/']],
    ['a wrong size', ['get', '--limit-rate', 'fast', 'http://localhost/']],
    ['a fetch that there is not', ['show', 'nothing']],
    ['an unknown shell', ['completion', 'tcsh']],
  ])('exits with 2: %s', async (_, args) => {
    const { code, stderr, stdout } = await given.cli.run(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).not.toBe('');
  });
});
