import { describe, expect, it } from 'vitest';
import { type Ending, judge } from '../src/judge.ts';

const url = 'http://127.0.0.1/files/a';
const allowed = new Map([[url, new Map([['aa', 'version 1']])]]);
const whole: Ending = {
  result: 'success',
  failureReason: '',
  downloaded: 7,
  bodies: [{ url, status: 200, size: 7, sha256: 'aa' }],
};

describe('the judge', () => {
  it('passes a success with one version, whole, and names it', () => {
    expect(judge(whole, allowed)).toEqual({ found: ['version 1'], wrong: [], faults: [] });
  });

  const body = { url, status: 200, size: 7, sha256: 'aa' };
  it.each<[string, Partial<Ending>, string]>([
    [
      'a body that is none of the versions',
      { bodies: [{ ...body, sha256: 'bb' }] },
      '7 bytes of no file (bb…)',
    ],
    [
      'a failure with the whole body',
      { result: 'failure', failureReason: 'fetch-error' },
      '"failure", fetch-error',
    ],
    [
      'a body that cannot be read',
      { bodies: [{ url, error: 'TypeError: no' }] },
      "can't be read: TypeError: no",
    ],
    ['a status other than 200', { bodies: [{ ...body, status: 206 }] }, 'status 206'],
    ['a success without records', { bodies: [], downloaded: 0 }, 'records of 0 of 1 requests'],
    ['a record twice', { bodies: [body, body], downloaded: 14 }, 'records of 2 of 1 requests'],
    [
      'the body of another request',
      { bodies: [{ ...body, url: `${url}b` }] },
      'status 200, 7 bytes of no file',
    ],
    [
      'a count of bytes that is not theirs',
      { downloaded: 8 },
      '8 bytes are said to be downloaded, and 7 can be read',
    ],
  ])('fails %s', (_, difference, reason) => {
    const { faults } = judge({ ...whole, ...difference }, allowed);
    expect(faults.join('\n')).toContain(reason);
  });
});
