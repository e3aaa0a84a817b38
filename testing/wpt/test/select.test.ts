import { expect, it } from 'vitest';
import { select } from '../src/select.ts';

const pages = ['abort.html', 'fetch.html'].map((name) => ({ name, secure: true }));

it('takes all pages and subtests where nothing is asked for', () => {
  const { pages: taken, isMeant } = select(pages, '');
  expect(taken).toEqual(pages);
  expect(isMeant('abort.html › anything')).toBe(true);
});

it('takes the pages whose name contains the text, in whatever case, and all of their subtests', () => {
  const { pages: taken, isMeant } = select(pages, 'Fetch');
  expect(taken).toEqual([pages[1]]);
  expect(isMeant('fetch.html › anything')).toBe(true);
});

it('takes the subtests whose title contains the text where no page does', () => {
  const { pages: taken, isMeant } = select(pages, 'cors');
  expect(taken).toEqual(pages);
  expect(isMeant('fetch.html › CORS is asked for')).toBe(true);
  expect(isMeant('fetch.html › anything')).toBe(false);
});
