import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Browser,
  createRemoteControl,
  engineNames,
  findEngines,
  launchDriven,
  launchUndriven,
} from '@background-fetch/testing-engines';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const found = await findEngines();
const control = createRemoteControl();
const mounts: [string, RequestListener][] = [];
control.mountOn({ mount: (prefix, handler) => void mounts.push([prefix, handler]) });

let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const handler = mounts.find(([prefix]) => request.url?.startsWith(prefix))?.[1];
    if (handler) return handler(request, response);
    const isScript = request.url === '/worker.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? 'addEventListener("install", () => skipWaiting());' : '<title>a page</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const openStore = `
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open('kept', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('values');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
`;
const put = `${openStore}
  const transaction = database.transaction('values', 'readwrite', { durability: 'strict' });
  transaction.objectStore('values').put('still here', 'value');
  await new Promise((resolve, reject) => Object.assign(transaction, { oncomplete: resolve, onerror: reject }));
`;
const get = `${openStore}
  const request = database.transaction('values').objectStore('values').get('value');
  return new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
`;

async function expectGone(browser: Browser): Promise<void> {
  expect(await browser.processIds()).toEqual([]);
}

describe.each(engineNames)('%s', { timeout: 120_000 }, (engine) => {
  const { present } = found[engine];
  if (!present) console.warn(`${engine} is absent: its launching is not tested`);

  test.runIf(present)('keeps what it stored through SIGKILL, undriven', async () => {
    const profile = await mkdtemp(join(tmpdir(), `engines-test-${engine}-`));
    const url = `${origin}/remote/page.html`;
    try {
      const first = await launchUndriven(engine, { url, profile });
      const page = await control.waitForPage();
      expect(await page.run('return 1 + 1;')).toBe(2);
      await page.run(put);
      expect(await first.memory()).toBeGreaterThan(10_000_000);
      const unanswered = page.run('return new Promise(() => {});').catch((error: unknown) => error);
      await first.kill();
      expect(await unanswered).toBeInstanceOf(Error);
      await expectGone(first);
      const second = await launchUndriven(engine, { url, profile });
      expect(await (await control.waitForPage()).run(get)).toBe('still here');
      await second.close();
      await expectGone(second);
    } finally {
      await rm(profile, { recursive: true, force: true });
    }
  });

  test.runIf(present)('runs a service worker and paints, driven', async () => {
    const browser = await launchDriven(engine, { url: `${origin}/` });
    const picture = join(browser.profile, 'page.png');
    try {
      expect(await browser.evaluate('document.title')).toBe('a page');
      const state =
        '(async () => (await navigator.serviceWorker.register("/worker.js")) && (await navigator.serviceWorker.ready).active.state)()';
      expect(await browser.evaluate(state)).toMatch(/^activat/);
      await browser.screenshot(picture);
      expect((await stat(picture)).size).toBeGreaterThan(100);
    } finally {
      await browser.close();
    }
    await expectGone(browser);
  });
});
