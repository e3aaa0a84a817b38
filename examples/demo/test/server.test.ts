import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDownloads } from '../src/content/downloads.ts';
import { type DemoServer, serve } from '../src/server.ts';

const modelBytes = 3_000_001;

describe('the server', () => {
  let server: DemoServer;
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(server.origin + path, { headers });

  beforeAll(async () => {
    server = await serve(0, { shell: new Map(), downloads: createDownloads(modelBytes) });
    server.line.speeds = { episodes: 0, model: 0 };
  });

  afterAll(() => server.close());

  it('assembles the model from ranges to the same bytes as from one response', async () => {
    const whole = Buffer.from(await (await get('/model.bin')).arrayBuffer());
    const ranges = ['bytes=0-999999', 'bytes=1000000-1000000', 'bytes=1000001-'];
    const parts = await Promise.all(
      ranges.map(async (range) => Buffer.from(await (await get('/model.bin', { range })).arrayBuffer())),
    );
    expect(whole.length).toBe(modelBytes);
    expect(Buffer.concat(parts).equals(whole)).toBe(true);
  });

  it('answers a range with 206, its place and the strong ETag', async () => {
    const response = await get('/ep-5.mp3', { range: 'bytes=960-1919' });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe('bytes 960-1919/28800000');
    expect(response.headers.get('content-length')).toBe('960');
    expect(response.headers.get('etag')).toMatch(/^"/);
    await response.arrayBuffer();
  });

  it('answers 416 with the length where a range lies behind the end', async () => {
    const response = await get('/model.bin', { range: `bytes=${modelBytes}-` });
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe(`bytes */${modelBytes}`);
  });

  it('sends the whole where If-Range names another version, a range where it names this one', async () => {
    const etag = (await get('/artwork/ep-5.svg')).headers.get('etag') as string;
    const range = 'bytes=10-19';
    expect((await get('/artwork/ep-5.svg', { range, 'if-range': '"other"' })).status).toBe(200);
    expect((await get('/artwork/ep-5.svg', { range, 'if-range': etag })).status).toBe(206);
  });

  it('answers HEAD like GET without a body, and ignores its range', async () => {
    const response = await fetch(`${server.origin}/model.bin`, {
      method: 'HEAD',
      headers: { range: 'bytes=0-9' },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(`${modelBytes}`);
    expect(await response.text()).toBe('');
  });

  it('tells the SHA-256 of what it sends', async () => {
    const body = Buffer.from(await (await get('/model.bin')).arrayBuffer());
    const { sha256 } = (await (await get('/sha256?path=/model.bin')).json()) as { sha256: string };
    expect(sha256).toBe(createHash('sha256').update(body).digest('hex'));
  });

  it('drops the connections that download when the line is cut, and serves on', async () => {
    server.line.speeds = { episodes: 0, model: 100_000 };
    const response = await get('/model.bin');
    const body = response.arrayBuffer();
    expect(server.line.cut()).toBe(1);
    await expect(body).rejects.toThrow();
    server.line.speeds = { episodes: 0, model: 0 };
    expect((await get('/model.bin', { range: 'bytes=0-9' })).status).toBe(206);
  });

  it('refuses speeds that are none', async () => {
    const body = JSON.stringify({ episodes: 'fast' });
    const response = await fetch(`${server.origin}/line`, { method: 'PUT', body });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('bytes per second');
  });
});
