import { createServer, get, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { makeCertificate } from '@background-fetch/testing-fault-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { frontAddress, suiteServerAddress } from '../src/suite/addresses.ts';
import { Front } from '../src/suite/front.ts';

const injected = { document: '/page.js', worker: '/page.js', 'service-worker': '/worker.js' };
const own = '/resources/testharnessreport.js';

let front: Front;
let behind: Server;
let answer: RequestListener;

beforeEach(async () => {
  front = await Front.listen(await makeCertificate(), injected, (request, response) => {
    if (request.url !== own) return false;
    response.end('ours');
    return true;
  });
  behind = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => behind.listen(front.ports.http[0], suiteServerAddress, resolve));
});
afterEach(async () => {
  behind.closeAllConnections();
  behind.close();
  await front[Symbol.asyncDispose]();
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function ask(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get({ host: frontAddress, port: front.ports.http[0], path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.once('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
      response.once('error', reject);
    }).once('error', reject);
  });
}

/** What the server behind answers all requests with. */
function answerAll(text: string, status = 200): void {
  answer = (_, response) =>
    response.writeHead(status, { 'Content-Length': text.length, 'X-Own': '1' }).end(text);
}

describe('the front', () => {
  it('puts a script before everything in a page, behind its doctype', async () => {
    answerAll('<!doctype html>\n<script src="/resources/testharness.js"></script>');
    const { text, headers } = await ask('/a.html', { 'Sec-Fetch-Dest': 'document' });
    expect(text).toBe(
      '<!doctype html><script src="/page.js"></script>\n<script src="/resources/testharness.js"></script>',
    );
    expect(headers['x-own']).toBe('1');
  });

  it.each([
    [{ 'Sec-Fetch-Dest': 'worker' }, '/page.js'],
    [{ 'Sec-Fetch-Dest': 'sharedworker' }, '/page.js'],
    [{ 'Sec-Fetch-Dest': 'serviceworker' }, '/worker.js'],
    [{ 'Service-Worker': 'script', 'Sec-Fetch-Dest': 'script' }, '/worker.js'],
  ])('lets the script of a worker, asked for with %j, import %s first', async (headers, url) => {
    answerAll('done();');
    expect((await ask('/sw.js', headers)).text).toBe(`importScripts("${url}");done();`);
  });

  it.each(['script', 'empty', undefined])(
    'leaves what is asked for with the destination %s as it is',
    async (destination) => {
      answerAll('<!doctype html>');
      const { text, headers } = await ask('/a.html', destination ? { 'Sec-Fetch-Dest': destination } : {});
      expect(text).toBe('<!doctype html>');
      expect(headers['content-length']).toBe('15');
    },
  );

  it('leaves what is no success as it is', async () => {
    answerAll('none', 404);
    expect(await ask('/a.html', { 'Sec-Fetch-Dest': 'document' })).toMatchObject({
      status: 404,
      text: 'none',
    });
  });

  it('passes on who was asked', async () => {
    answer = (request, response) => response.end(request.headers.host);
    expect((await ask('/', { Host: 'www1.localhost' })).text).toBe('www1.localhost');
  });

  it('breaks off what the server behind breaks off', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'Content-Length': 100 }).write('a part', () => response.destroy());
    };
    await expect(ask('/a.txt')).rejects.toThrow('aborted');
  });

  it('answers itself what is ours', async () => {
    answerAll('theirs');
    expect((await ask(own)).text).toBe('ours');
  });
});
