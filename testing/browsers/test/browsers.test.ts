import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Browser,
  browserNames,
  createRemoteControl,
  findBrowsers,
  launchDriven,
  launchUndriven,
  type PageError,
} from '@background-fetch/testing-browsers';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const found = await findBrowsers();
const control = createRemoteControl();
const mounts: [string, RequestListener][] = [];
control.mountOn({ mount: (prefix, handler) => void mounts.push([prefix, handler]) });

const worker = `
  let requests = 0;
  addEventListener('install', () => skipWaiting());
  addEventListener('activate', (event) => event.waitUntil(clients.claim()));
  addEventListener('fetch', () => { requests++; });
  addEventListener('message', (event) => event.source.postMessage(requests));
`;

const listener: RequestListener = (request, response) => {
  const handler = mounts.find(([prefix]) => request.url?.startsWith(prefix))?.[1];
  if (handler) return handler(request, response);
  const isScript = request.url === '/worker.js';
  response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
  response.end(isScript ? worker : '<title>a page</title>');
};

const servers: Server[] = [];
let origin: string;
let secureOrigin: string;

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  const pems = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  origin = `http://localhost:${await listen(createServer(listener))}`;
  const secureServer = createSecureServer({ key: pems.private, cert: pems.cert }, listener);
  secureOrigin = `https://localhost:${await listen(secureServer)}`;
});

afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
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

describe.each(browserNames)('%s', { timeout: 120_000 }, (engine) => {
  const state = found[engine];
  if (!state.present) {
    test(`${engine} is absent here, so launching it is refused with what to install`, async () => {
      console.warn(state.hint);
      await expect(launchUndriven(engine, { url: origin })).rejects.toThrow(state.hint);
      await expect(launchDriven(engine, { url: origin })).rejects.toThrow(state.hint);
    });
    return;
  }

  test('keeps what it stored through SIGKILL, undriven', async () => {
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

  test('is steered over https without its service worker noticing, undriven', async () => {
    const url = `${secureOrigin}/remote/page.html?name=first`;
    const browser = await launchUndriven(engine, { url, ignoreCertificateErrors: true });
    try {
      const page = await control.waitForPage({ name: 'first' });
      await page.run(`
        await navigator.serviceWorker.register('/worker.js', { scope: '/' });
        if (navigator.serviceWorker.controller) return;
        await new Promise((resolve) => { navigator.serviceWorker.oncontrollerchange = resolve; });
      `);
      await page.run('return 1;');
      const requests = `
        const answer = new Promise((resolve) => { navigator.serviceWorker.onmessage = (event) => resolve(event.data); });
        navigator.serviceWorker.controller.postMessage('how many?');
        return answer;
      `;
      expect(await page.run(requests)).toBe(0);
    } finally {
      await browser.close();
    }
    await expectGone(browser);
  });

  test('opens tabs, tells when they go, and passes on their errors, undriven', async () => {
    const browser = await launchUndriven(engine, { url: `${origin}/remote/page.html?name=first` });
    try {
      const first = await control.waitForPage({ name: 'first' });
      await browser.open(`${origin}/remote/page.html?name=second`);
      const second = await control.waitForPage({ name: 'second' });
      const heard = new Promise<PageError>((resolve) => {
        control.onPageError = resolve;
      });
      await second.run('setTimeout(() => { throw new RangeError("too far"); });');
      const { page, error } = await heard;
      expect([page.name, error.name, error.message]).toEqual(['second', 'RangeError', 'too far']);
      await expect(second.run('throw new TypeError("no");')).rejects.toThrow('no');
      await second.close();
      first.run('location.reload();').catch(() => {}); // The answer may be lost with the page.
      await first.closed;
      const again = await control.waitForPage({ name: 'first' });
      expect(again.id).not.toBe(first.id);
    } finally {
      control.onPageError = undefined;
      await browser.close();
    }
    await expectGone(browser);
  });

  test('tells that it ended, whoever ended it, undriven', async () => {
    const browser = await launchUndriven(engine, { url: `${origin}/` });
    try {
      process.kill(browser.pid, 'SIGKILL');
      await expect(browser.ended).rejects.toThrow('ended (SIGKILL). Its last output:');
    } finally {
      await browser.close();
    }
  });

  test('runs a service worker and paints, driven', async () => {
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
