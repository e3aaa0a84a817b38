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

test.each(['url', 'type', 'redirected', 'status', 'clone'])(
  'its %s says nothing of what is private when it is asked of something else',
  (name) => {
    const head = {
      status: 200,
      statusText: '',
      headers: [],
      url: '',
      type: 'basic',
      redirected: false,
    } as const;
    const prototype = Object.getPrototypeOf(deserialiseResponse(head, 'GET', null, null));
    const { get, value } = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
    for (const given of [{}, undefined, 5]) {
      expect(() => (get ?? value).call(given)).toThrow(TypeError);
      expect(() => (get ?? value).call(given)).not.toThrow(/head|private|' in '/);
    }
    expect((get ?? value).call(new Response(null, { status: 201 }))).toBeDefined();
  },
);
