import { describe, expect, it } from 'vitest';
import { requestFor, useNetworks } from '../network/given.ts';
import { rawResponse, useRawServers } from '../network/raw-server.ts';

const network = useNetworks();
const serveRaw = useRawServers();

const injected = 'a\r\nX-Injected: yes';
const nothing = rawResponse(['HTTP/1.1 204 No Content', 'Connection: close']);

/** A server that keeps the heads of the requests it got, and redirects as `next` says. */
async function listen(next: () => string | null = () => null): Promise<{ origin: string; heads: string[] }> {
  const heads: string[] = [];
  const origin = await serveRaw((socket, head) => {
    heads.push(head);
    const location = next();
    const found = ['HTTP/1.1 302 Found', `Location: ${location}`, 'Content-Length: 0', 'Connection: close'];
    socket.end(location === null ? nothing : rawResponse(found), 'latin1');
  });
  return { origin, heads };
}

describe('a line break', () => {
  it.each([
    ['the value of a header', { headers: [['x-own', injected]] }],
    ['the name of a header', { headers: [[injected, 'x']] }],
    ['the method', { method: 'GET / HTTP/1.1\r\nX-Injected: yes\r\nX: ' }],
  ] as const)('in %s that was stored fails the attempt, and nothing is sent', async (_, differing) => {
    const { origin, heads } = await listen();
    await expect(network().fetch(requestFor(origin, differing))).rejects.toThrow(TypeError);
    expect(heads).toEqual([]);
  });

  it('in a URL is no part of it', async () => {
    const { origin, heads } = await listen();
    await network().fetch(requestFor(`${origin}/a\r\nX-Injected: yes`));
    expect(heads[0]).toMatch(/^GET \/aX-Injected:%20yes HTTP\/1\.1\r\n/);
  });

  it('in what the hook before an attempt gives fails the attempt, and nothing is sent', async () => {
    const { origin, heads } = await listen();
    const beforeAttempt = () => ({ headers: { 'X-Own': injected } });
    await expect(network({ beforeAttempt }).fetch(requestFor(origin))).rejects.toThrow(TypeError);
    expect(heads).toEqual([]);
  });
});

describe('a redirect to another origin', () => {
  const secret = { Authorization: 'Bearer s3cret', Cookie: 'sid=s3cret' };

  it('takes no secrets along, and one back to the first origin does not bring them back', async () => {
    let home = '';
    const elsewhere = await listen(() => `${home}/back`);
    const targets = [`${elsewhere.origin}/away`, null];
    const first = await listen(() => targets.shift() ?? null);
    home = first.origin;
    await network().fetch(requestFor(`${home}/start`, { headers: Object.entries(secret) }));
    expect(first.heads).toHaveLength(2);
    expect(first.heads[0]).toMatch(/authorization: Bearer s3cret/i);
    for (const head of [...elsewhere.heads, first.heads[1]]) expect(head).not.toContain('s3cret');
  });

  it('takes none of those along that the hook before an attempt has added', async () => {
    const elsewhere = await listen();
    const first = await listen(() => elsewhere.origin);
    await network({ beforeAttempt: () => ({ headers: secret }) }).fetch(requestFor(first.origin));
    expect(first.heads[0]).toContain('s3cret');
    expect(elsewhere.heads).toHaveLength(1);
    expect(elsewhere.heads[0]).not.toContain('s3cret');
  });

  it('is told no more than the origin of the referrer', async () => {
    const elsewhere = await listen();
    const first = await listen(() => elsewhere.origin);
    const referrer = `${first.origin}/page?token=s3cret`;
    await network().fetch(requestFor(`${first.origin}/x?sig=s3cret`, { referrer }));
    expect(first.heads[0]).toContain(`referer: ${referrer}\r\n`);
    expect(elsewhere.heads[0]).toContain(`referer: ${first.origin}/\r\n`);
    expect(elsewhere.heads[0]).not.toContain('s3cret');
  });

  it('is told no more of the referrer when the hook before an attempt, not a server, leads there', async () => {
    const elsewhere = await listen();
    const first = await listen();
    const referrer = `${first.origin}/page?token=s3cret`;
    const asked = requestFor(first.origin, { referrer, referrerPolicy: 'same-origin' });
    await network({ beforeAttempt: () => ({ url: elsewhere.origin }) }).fetch(asked);
    expect(elsewhere.heads[0]).not.toMatch(/referer/);
  });
});
