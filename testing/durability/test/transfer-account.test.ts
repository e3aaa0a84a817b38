import type { LoggedRequest } from '@background-fetch/testing-fault-server';
import { expect, test } from 'vitest';
import { accountFor } from '../src/transfer-account.ts';

let lastId = 0;

/** An answer of which `bytesSent` bytes from `start` on were sent. */
function answer(start: number, bytesSent: number): LoggedRequest {
  lastId++;
  return {
    id: lastId,
    at: 0,
    method: 'GET',
    path: '',
    url: '',
    headers: {},
    key: 'file',
    attempt: 1,
    range: { start, end: 999 },
    status: 206,
    responseHeaders: {},
    bytesSent,
    waiting: false,
    finished: null,
    connection: 1,
  };
}

test('what is sent again after a death was lost at the death that ended the life in which it was sent last', () => {
  const first = answer(0, 100);
  const second = answer(80, 30);
  const third = answer(90, 60);
  const { lost, again, distinct, requestsSinceDeath } = accountFor(
    [first, second, third],
    [first.id, second.id],
  );
  expect(lost).toEqual([20, 20]);
  expect(again).toBe(0);
  expect(distinct).toBe(150);
  expect(requestsSinceDeath).toBe(1);
});

test('bytes that a death did not cost are no loss of a later one', () => {
  const first = answer(0, 100);
  const second = answer(100, 50);
  const third = answer(140, 60);
  expect(accountFor([first, second, third], [first.id, second.id]).lost).toEqual([0, 10]);
});

test('bytes sent twice in one life are counted apart', () => {
  const entries = [answer(0, 100), answer(50, 20)];
  expect(accountFor(entries, [])).toMatchObject({ lost: [], again: 20, distinct: 100 });
});
