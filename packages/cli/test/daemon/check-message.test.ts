import { describe, expect, it } from 'vitest';
import { checkCall } from '../../src/daemon/check-message.ts';

const fetch = {
  id: null,
  token: 't',
  title: '',
  downloadTotal: 0,
  method: 'GET',
  body: null,
  directory: '/tmp',
  overwrite: false,
  umask: 0o22,
  files: [{ url: 'https://a.example/', name: null, integrity: '', headers: [['A', 'b']] }],
  settings: { jobs: 2 },
};

describe('a message to the daemon', () => {
  it('is taken if every member is what it has to be', () => {
    const call = { id: 1, command: 'fetch', fetch };
    expect(checkCall(call)).toBe(call);
  });

  it.each([
    ['no object', null],
    ['a list', []],
    ['no command', { id: 1 }],
    ['an unknown command', { id: 1, command: 'format' }],
    ['the name of an inherited property', { id: 1, command: 'constructor' }],
    ['no id', { command: 'list' }],
    ['an id that is no number', { id: '1', command: 'list' }],
    ['a member too many', { id: 1, command: 'list', all: true }],
    ['a member too few', { id: 1, command: 'show' }],
    ['a member of another type', { id: 1, command: 'show', fetch: {} }],
    ['a prototype in place of a member', JSON.parse('{"id":1,"command":"show","__proto__":{"fetch":"x"}}')],
    ['a relative path', { id: 1, command: 'fetch', fetch: { ...fetch, directory: 'x' } }],
    [
      'a path with a NUL',
      { id: 1, command: 'fetch', fetch: { ...fetch, body: { path: '/x\0', identity: '', version: '' } } },
    ],
    [
      'a name with a path',
      { id: 1, command: 'fetch', fetch: { ...fetch, files: [{ ...fetch.files[0], name: '../x' }] } },
    ],
    [
      'a header of three parts',
      {
        id: 1,
        command: 'fetch',
        fetch: { ...fetch, files: [{ ...fetch.files[0], headers: [['a', 'b', 'c']] }] },
      },
    ],
    ['a negative number', { id: 1, command: 'fetch', fetch: { ...fetch, downloadTotal: -1 } }],
    ['an unknown setting', { id: 1, command: 'fetch', fetch: { ...fetch, settings: { speed: 1 } } }],
  ])('is refused with %s', (_, message) => {
    expect(() => checkCall(message)).toThrow(/not understood|no command/);
  });

  it.each<[unknown, string]>([
    [{ id: 1, command: 'show', fetch: 7 }, 'message.fetch has to be a string'],
    [{ id: 1, command: 'show' }, 'message.fetch has to be a string'],
    [{ id: 1, command: 'fetch' }, 'message.fetch has to be an object'],
    [{ id: 1, command: 'save', fetch: '' }, 'message.directory has to be an absolute path'],
    [{ id: 1, command: 'list', all: true }, 'message has to be without "all"'],
    [{ id: 1, command: 'follow', fetches: ['a', null] }, 'message.fetches[1] has to be a string'],
    [
      { id: 1, command: 'fetch', fetch: { ...fetch, files: [{ ...fetch.files[0], name: '../x' }] } },
      'message.fetch.files[0].name has to be a name without a path',
    ],
    [
      { id: 1, command: 'fetch', fetch: { ...fetch, settings: [] } },
      'message.fetch.settings has to be an object',
    ],
    [
      { id: 1, command: 'fetch', fetch: { ...fetch, settings: JSON.parse('{"__proto__":1}') } },
      'message.fetch.settings has to be without "__proto__"',
    ],
    [
      { id: 1, command: 'fetch', fetch: { ...fetch, command: 'rm' } },
      'message.fetch.command has to be one of get, fetch',
    ],
  ])('%j is refused with what is wrong, where', (message, expected) => {
    expect(() => checkCall(message)).toThrow(`The message is not understood: ${expected}`);
  });
});
