import { describe, expect, it } from 'vitest';
import { bytesOf, requestFor, useNetworks } from './given.ts';
import { rawResponse, useRawServers } from './raw-server.ts';

const serveRaw = useRawServers();
const network = useNetworks();

interface Asked {
  readonly path: string;
  readonly cookie: string | null;
  readonly authorization: string | null;
}

/** What a hop of a chain answers: the fields of a redirect, or null for the end of it. */
type Hop = readonly string[] | null;

/** A server whose hops follow each other, whatever is asked. */
async function serveChain(...hops: Hop[]): Promise<{ origin: string; asked: Asked[]; hops: Hop[] }> {
  const asked: Asked[] = [];
  const origin = await serveRaw((socket, head) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)\r$`, 'im').exec(head)?.[1] ?? null;
    asked.push({
      path: head.split(' ')[1] as string,
      cookie: field('cookie'),
      authorization: field('authorization'),
    });
    const fields = hops[asked.length - 1] ?? null;
    const lines =
      fields === null
        ? ['HTTP/1.1 200 OK', 'Content-Length: 0']
        : ['HTTP/1.1 302 Found', 'Content-Length: 0', ...fields];
    socket.write(rawResponse(lines), 'latin1');
  });
  return { origin, asked, hops };
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const cookiesOf = (asked: readonly Asked[]) => asked.map(({ cookie }) => cookie);

async function follow(
  url: string,
  ...rest: Parameters<typeof requestFor> extends [string, ...infer R] ? R : never
): Promise<void> {
  await bytesOf(await network().fetch(requestFor(url, ...rest)));
}

describe('a cookie that a redirect sets', () => {
  it('is sent again where the redirect leads to itself', async () => {
    const { origin, asked } = await serveChain(
      ['Location: /file', 'Set-Cookie: seen=yes; Path=/; HttpOnly'],
      null,
    );
    await follow(`${origin}/file`);
    expect(cookiesOf(asked)).toEqual([null, 'seen=yes']);
  });

  it('joins those of the app, and takes the place of one of its name', async () => {
    const { origin, asked } = await serveChain(
      ['Location: /b', 'Set-Cookie: a=new', 'Set-Cookie: c=3'],
      null,
    );
    await follow(`${origin}/a`, { headers: [['cookie', 'a=old; b=2']] });
    expect(cookiesOf(asked)).toEqual(['a=old; b=2', 'b=2; a=new; c=3']);
  });

  it.each([
    ['another path', ['Set-Cookie: a=1; Path=/other'], null],
    ['its path', ['Set-Cookie: a=1; Path=/dir'], 'a=1'],
    ['what only begins like its path', ['Set-Cookie: a=1; Path=/di'], null],
    ['the directory where it was set', ['Set-Cookie: a=1'], 'a=1'],
    ['an origin that is not secure', ['Set-Cookie: a=1; Secure'], null],
    ['another domain', ['Set-Cookie: a=1; Domain=example.com'], null],
    ['its own domain', ['Set-Cookie: a=1; Domain=127.0.0.1'], 'a=1'],
    ['a part of an address', ['Set-Cookie: a=1; Domain=0.0.1'], null],
    ['an earlier time', ['Set-Cookie: a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], null],
    ['no time at all', ['Set-Cookie: a=1; Max-Age=0'], null],
    ['a later time', ['Set-Cookie: a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], 'a=1'],
    ['no name', ['Set-Cookie: ;'], null],
    ['a secure host', ['Set-Cookie: __Host-a=1; Path=/'], null],
    ['two paths', ['Set-Cookie: a=1; Path=/', 'Set-Cookie: a=2; Path=/dir'], 'a=2; a=1'],
    ['what takes it back', ['Set-Cookie: a=1', 'Set-Cookie: a=; Max-Age=0'], null],
  ])('is kept to what it is for: %s', async (_name, fields, cookie) => {
    const { origin, asked } = await serveChain(['Location: /dir/b', ...fields], null);
    await follow(`${origin}/dir/a`);
    expect(cookiesOf(asked)).toEqual([null, cookie]);
  });

  it('goes to no other origin, and to its own when that is asked again', async () => {
    const other = await serveChain();
    const own = await serveChain();
    own.hops.push(
      [`Location: ${other.origin}/there`, 'Set-Cookie: secret=1; Domain=127.0.0.1; Path=/'],
      null,
    );
    other.hops.push([`Location: ${own.origin}/back`, 'Set-Cookie: theirs=2; Domain=127.0.0.1; Path=/'], null);
    await follow(`${own.origin}/here`, { headers: [['cookie', 'app=0']] });
    expect(cookiesOf(other.asked)).toEqual([null]);
    expect(cookiesOf(own.asked)).toEqual(['app=0', 'secret=1']);
  });

  it('ends with its chain', async () => {
    const { origin, asked } = await serveChain(['Location: /b', 'Set-Cookie: a=1'], null, null);
    const adapter = network();
    await bytesOf(await adapter.fetch(requestFor(`${origin}/a`)));
    await bytesOf(await adapter.fetch(requestFor(`${origin}/b`)));
    expect(cookiesOf(asked)).toEqual([null, 'a=1', null]);
  });

  it('is not kept where the request wants no credentials', async () => {
    const { origin, asked } = await serveChain(['Location: /b', 'Set-Cookie: a=1'], null);
    await follow(`${origin}/a`, { credentials: 'omit' });
    expect(cookiesOf(asked)).toEqual([null, null]);
  });

  it('takes no more than 50 others along', async () => {
    const many = Array.from({ length: 60 }, (_, at) => `Set-Cookie: c${at}=1`);
    const { origin, asked } = await serveChain(['Location: /b', ...many], null);
    await follow(`${origin}/a`);
    expect(asked[1]?.cookie?.split('; ')).toHaveLength(50);
  });
});

describe('credentials in a redirect', () => {
  it('are sent to the same origin, from there on, and are shown to nobody', async () => {
    const chain = await serveChain();
    const { host } = new URL(chain.origin);
    chain.hops.push([`Location: http://us%C3%A9r:p%3Aw@${host}/b`], ['Location: /c'], null);
    const response = await network().fetch(requestFor(`${chain.origin}/a`));
    expect(chain.asked.map(({ authorization }) => authorization)).toEqual([
      null,
      basic('usér:p:w'),
      basic('usér:p:w'),
    ]);
    expect(response.head.url).toBe(`${chain.origin}/c`);
  });

  it('do not take the place of what the app says', async () => {
    const chain = await serveChain();
    const { host } = new URL(chain.origin);
    chain.hops.push([`Location: http://u:p@${host}/b`], null);
    await follow(`${chain.origin}/a`, { headers: [['authorization', 'Bearer mine']] });
    expect(chain.asked[1]?.authorization).toBe('Bearer mine');
  });

  it('go to no other origin', async () => {
    const other = await serveChain(null);
    const chain = await serveChain();
    const { host } = new URL(chain.origin);
    chain.hops.push([`Location: http://u:p@${host}/b`], [`Location: ${other.origin}/c`]);
    await follow(`${chain.origin}/a`);
    expect(other.asked[0]?.authorization).toBeNull();
  });
});
