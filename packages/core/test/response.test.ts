import { expect, test } from 'vitest';
import { deserialiseResponse } from '../src/serialise/response.ts';

test.each([0, 404, 599, 600, 999])('a response of status %d can be shown', async (status) => {
  const head = {
    statusText: '',
    headers: [],
    url: 'https://a.test/',
    type: 'basic',
    redirected: false,
  } as const;
  const response = deserialiseResponse({ ...head, status }, 'GET', new Blob(['why']), null);
  expect(response.status).toBe(status);
  expect(response.ok).toBe(false);
  expect(await response.text()).toBe(status === 0 ? '' : 'why');
});
