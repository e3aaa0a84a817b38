import type { Socket } from 'node:net';
import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import { bodyOf, bytesOf, headerIn, requestFor, useNetworks } from './given.ts';
import { rawResponse, useRawServers } from './raw-server.ts';

const serveRaw = useRawServers();
const network = useNetworks();

const ok = rawResponse(['HTTP/1.1 200 OK', 'Content-Length: 2'], 'ok');
const interim = (status: number, ...fields: string[]) => rawResponse([`HTTP/1.1 ${status} Wait`, ...fields]);
const chunked = (body: string, ...fields: string[]) =>
  rawResponse(['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', ...fields], body);

/** A server that sends these bytes to each request over a connection, and tells which connection each came over. */
async function serve(bytes: string, split = bytes.length): Promise<{ url: string; connections: number[] }> {
  const connections: number[] = [];
  const known: Socket[] = [];
  const url = await serveRaw(async (socket) => {
    if (!known.includes(socket)) known.push(socket);
    connections.push(known.indexOf(socket));
    socket.setNoDelay(true);
    for (let at = 0; at < bytes.length; at += split) {
      socket.write(bytes.slice(at, at + split), 'latin1');
      // each part is a segment of its own
      if (split < bytes.length) await new Promise((resolve) => setImmediate(resolve));
    }
  });
  return { url, connections };
}

const text = async (url: string, adapter = network()): Promise<string> => {
  const response = await adapter.fetch(requestFor(url));
  return Buffer.from(await bytesOf(response)).toString('latin1');
};

/** What each of two requests gets, one after the other, and whether they shared a connection. */
async function askTwice(bytes: string, split?: number): Promise<{ bodies: string[]; isKept: boolean }> {
  const { url, connections } = await serve(bytes, split);
  const adapter = network();
  const bodies = [await text(url, adapter)];
  await new Promise((resolve) => setImmediate(resolve));
  bodies.push(await text(url, adapter));
  return { bodies, isKept: connections[1] === 0 };
}

describe('interim responses that nobody asked for', () => {
  it.each([
    ['100', interim(100)],
    ['several 100', interim(100).repeat(5)],
    ['100 with fields', interim(100, 'X-Any: thing')],
    ['102, 103, 104 and 100', [102, 100, 103, 104, 100].map((status) => interim(status)).join('')],
  ])('are followed by the response: %s', async (_name, before) => {
    expect(await askTwice(before + ok)).toEqual({ bodies: ['ok', 'ok'], isKept: true });
    expect(await askTwice(before + ok, 7)).toEqual({ bodies: ['ok', 'ok'], isKept: true });
  });

  it('are followed by the response to an upload', async () => {
    const { url } = await serve(interim(100) + interim(102) + ok);
    const body = bodyOf(Buffer.alloc(300_000));
    const response = await network({ uploads: 'never' }).fetch(requestFor(url, { method: 'POST' }, { body }));
    expect(response.head.status).toBe(200);
    expect(response.uploaded).toBe(300_000);
  });

  it('are followed by the response to what is sent once, and to HEAD', async () => {
    const { url } = await serve(interim(100) + ok);
    expect((await network().fetch(requestFor(url, { method: 'DELETE' }))).head.status).toBe(200);
    const head = await serve(interim(100) + rawResponse(['HTTP/1.1 200 OK', 'Content-Length: 2']));
    expect((await network().fetch(requestFor(head.url, { method: 'HEAD' }))).head.status).toBe(200);
  });

  it('may tell of an upload for as long as it goes on', async () => {
    const size = 64 * 2 ** 20;
    const told = interim(104, 'Upload-Offset: 123456789');
    let received = 0;
    const url = await serveRaw((socket, head) => {
      received = head.length - head.indexOf('\r\n\r\n') - 4;
      socket.removeAllListeners('data');
      socket.on('data', (bytes: Buffer) => {
        received += bytes.length;
        if (received >= size) socket.end(told.repeat(3) + ok);
        else socket.write(told.repeat(Math.ceil(bytes.length / 16384)));
      });
    });
    const body = bodyOf(Buffer.alloc(size));
    const response = await network({ uploads: 'never' }).fetch(requestFor(url, { method: 'PUT' }, { body }));
    expect(response.head.status).toBe(200);
  });

  it('are no reason to switch protocols', async () => {
    const { url } = await serve(
      rawResponse(['HTTP/1.1 101 Switching', 'Upgrade: h2c', 'Connection: upgrade']),
    );
    await expect(text(url)).rejects.toThrow(/switches protocols/);
  });
});

describe('a header section', () => {
  it.each([60_000, 250_000])('may be long: %i bytes', async (size) => {
    const fields = ['HTTP/1.1 200 OK', 'Content-Length: 2', `Content-Security-Policy: ${'x'.repeat(size)}`];
    const { url } = await serve(rawResponse(fields, 'ok'));
    const response = await network().fetch(requestFor(url));
    expect(headerIn(response, 'content-security-policy')).toHaveLength(size);
    const many = Array.from({ length: size / 12 }, (_, at) => `X${`${at}`.padStart(5, '0')}: 1`);
    const lines = ['HTTP/1.1 200 OK', 'Content-Length: 2', ...many];
    expect(await text((await serve(rawResponse(lines, 'ok'))).url)).toBe('ok');
  });

  it('that does not end is not read on', async () => {
    const { url } = await serve(rawResponse(['HTTP/1.1 200 OK', `X-Long: ${'x'.repeat(300_000)}`]));
    await expect(text(url)).rejects.toThrow(/more than 262144 bytes/);
  });

  it.each([
    ['lines end with LF alone', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
    ['a blank stands before a colon', 'HTTP/1.1 200 OK\r\nX-Any : thing\r\nContent-Length: 2\r\n\r\nok'],
    ['a line is folded', 'HTTP/1.1 200 OK\r\nX-Any: a\r\n  b\r\nContent-Length: 2\r\n\r\nok'],
    ['a value has a control byte', 'HTTP/1.1 200 OK\r\nX-Any: a\x01\x7fb\r\nContent-Length: 2\r\n\r\nok'],
    ['a name has a blank', 'HTTP/1.1 200 OK\r\nX Any: thing\r\nContent-Length: 2\r\n\r\nok'],
    ['a name is not ASCII', 'HTTP/1.1 200 OK\r\nX-\xe4ny: thing\r\nContent-Length: 2\r\n\r\nok'],
  ])('is understood, and nothing more is read of its connection: %s', async (_name, bytes) => {
    expect(await askTwice(bytes)).toEqual({ bodies: ['ok', 'ok'], isKept: false });
    expect(await askTwice(bytes, 3)).toEqual({ bodies: ['ok', 'ok'], isKept: false });
  });

  it('has its fields as they are meant', async () => {
    const lines = [
      'HTTP/1.1  200  F\xefne',
      'X-Blank \t: 1',
      'X-Folded: a',
      '\t b',
      'X-Raw: \xe9\x02!',
      'X-\xe4: no',
      'Content-Length: 0',
    ];
    const response = await network().fetch(requestFor((await serve(rawResponse(lines))).url));
    expect(response.head.headers).toEqual([
      ['content-length', '0'],
      ['x-blank', '1'],
      ['x-folded', 'a b'],
      ['x-raw', '\xe9 !'],
    ]);
  });

  it('may begin after an empty line that is left of the response before', async () => {
    expect(await askTwice(`\r\n${ok}`)).toEqual({ bodies: ['ok', 'ok'], isKept: true });
    expect(await askTwice(`${ok}\r\n`)).toEqual({ bodies: ['ok', 'ok'], isKept: true });
  });

  it.each([
    ['a NUL', 'HTTP/1.1 200 OK\r\nX-Any: a\0b\r\nContent-Length: 2\r\n\r\nok', /NUL/],
    ['a CR alone', 'HTTP/1.1 200 OK\r\nX-Any: a\rContent-Length: 1\r\nContent-Length: 2\r\n\r\nok', /a CR/],
    ['a line without a colon', 'HTTP/1.1 200 OK\r\nX-Any\r\nContent-Length: 2\r\n\r\nok', /no field/],
    ['a folded first line', 'HTTP/1.1 200 OK\r\n X-Any: 1\r\nContent-Length: 2\r\n\r\nok', /blank before/],
    ['a length with a blank', 'HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok', /leaves open/],
    ['a folded length', 'HTTP/1.1 200 OK\r\nContent-Length:\r\n 2\r\n\r\nok', /leaves open/],
    [
      'a coding with a blank',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
      /leaves open/,
    ],
    [
      'a coding in disguise',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding\x0b: chunked\r\n\r\n0\r\n\r\n',
      /leaves open/,
    ],
    [
      'a coding nobody asked for',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
      /transfer coding/,
    ],
    [
      'chunks twice',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n',
      /transfer coding/,
    ],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok', /Content-Length/],
    ['two lengths in one', 'HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nok', /Content-Length/],
    ['a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok', /Content-Length/],
    ['another protocol', 'ICY 200 OK\r\n\r\nok', /status line/],
    ['another version', 'HTTP/2 200 OK\r\nContent-Length: 2\r\n\r\nok', /status line/],
    ['no response', 'SSH-2.0-OpenSSH', /status line/],
  ])('is refused with %s', async (_name, bytes, reason) => {
    await expect(text((await serve(bytes)).url)).rejects.toThrow(reason);
    await expect(text((await serve(bytes, 5)).url)).rejects.toThrow(reason);
  });
});

describe('the length of a body', () => {
  it.each([
    ['in one field', ['Content-Length: 2, 2']],
    ['in two fields', ['Content-Length: 2', 'content-length: 2']],
    ['with a zero before it', ['Content-Length: 02, 2']],
  ])('may be told twice: %s', async (_name, fields) => {
    const bytes = rawResponse(['HTTP/1.1 200 OK', ...fields], 'ok');
    expect(await askTwice(bytes)).toEqual({ bodies: ['ok', 'ok'], isKept: true });
    const response = await network().fetch(requestFor((await serve(bytes)).url));
    expect(headerIn(response, 'content-length')).toBe('2');
  });

  it('is not believed beside chunks', async () => {
    for (const length of [1, 100]) {
      const bytes = chunked('2\r\nok\r\n0\r\n\r\n', `Content-Length: ${length}`);
      expect(await askTwice(bytes)).toEqual({ bodies: ['ok', 'ok'], isKept: false });
      const response = await network().fetch(requestFor((await serve(bytes)).url));
      expect(headerIn(response, 'content-length')).toBeNull();
    }
  });

  it('may be told of a body that is not there', async () => {
    const bytes = rawResponse(['HTTP/1.1 304 Not Modified', 'Content-Length: 5']);
    expect(await askTwice(bytes)).toEqual({ bodies: ['', ''], isKept: true });
  });
});

describe('chunks', () => {
  it.each([
    ['a blank after the size', '2 \r\nok\r\n0\r\n\r\n'],
    ['a size padded with blanks', '2      \r\nok\r\n0     \r\n\r\n'],
    ['an extension', '2;a=b;c="d e"\r\nok\r\n0;last\r\n\r\n'],
    ['an extension after a blank', '2 ; a=b\r\nok\r\n0\r\n\r\n'],
    ['zeros before the size', '0000000000000000000002\r\nok\r\n000\r\n\r\n'],
    ['trailers', '2\r\nok\r\n0\r\nX-Any: thing\r\nContent-Length: 7\r\n\r\n'],
  ])('may have %s', async (_name, body) => {
    expect(await askTwice(chunked(body))).toEqual({ bodies: ['ok', 'ok'], isKept: true });
    for (const split of [1, 2, 3, 5])
      expect((await askTwice(chunked(body), split)).bodies).toEqual(['ok', 'ok']);
  });

  it.each([
    ['LF alone after the size', '2\nok\r\n0\r\n\r\n'],
    ['LF alone after the data', '2\r\nok\n0\r\n\r\n'],
    ['LF alone at the end', '2\r\nok\r\n0\n\n'],
  ])('may have %s, and nothing more is read of their connection', async (_name, body) => {
    expect(await askTwice(chunked(body))).toEqual({ bodies: ['ok', 'ok'], isKept: false });
    for (const split of [1, 2]) expect((await askTwice(chunked(body), split)).bodies).toEqual(['ok', 'ok']);
  });

  it('may come with HTTP/1.0, and nothing more is read of their connection', async () => {
    const bytes = rawResponse(
      ['HTTP/1.0 200 OK', 'Connection: keep-alive', 'Transfer-Encoding: chunked'],
      '2\r\nok\r\n0\r\n\r\n',
    );
    expect(await askTwice(bytes)).toEqual({ bodies: ['ok', 'ok'], isKept: false });
  });

  it.each([
    ['a size that is none', 'x\r\nok\r\n0\r\n\r\n', /chunk size/],
    ['a negative size', '-2\r\nok\r\n0\r\n\r\n', /chunk size/],
    ['a size beyond all numbers', 'ffffffffffffffff\r\nok\r\n0\r\n\r\n', /chunk size/],
    ['a CR in a size', '2\r;\r\nok\r\n0\r\n\r\n', /chunk size/],
    ['more data than their size', '2\r\nokay\r\n0\r\n\r\n', /as long as it says/],
    ['a size that does not end', `2;${'x'.repeat(20_000)}`, /does not end/],
    [
      'trailers that do not end',
      `2\r\nok\r\n0\r\n${'X-Any: thing\r\n'.repeat(30_000)}`,
      /more than 262144 bytes/,
    ],
  ])('are refused with %s', async (_name, body, reason) => {
    const failures: unknown[] = [];
    const adapter = network({ onFailure: ({ error }) => failures.push(error) });
    await expect(text((await serve(chunked(body))).url, adapter)).rejects.toThrow(reason);
    expect(failures).toHaveLength(1);
  });

  it('that are cut in their trailers are a cut', async () => {
    const url = await serveRaw(chunked('2\r\nok\r\n0\r\nX-Any: thing\r\n'));
    await expect(text(url)).rejects.toThrow(TypeError);
  });

  it('come whole, however they are cut into segments', async () => {
    const parts = Array.from({ length: 200 }, (_, at) => `${at} `.repeat((at * 37) % 500));
    const chunks = parts
      .filter((part) => part !== '')
      .map((part, at) => {
        const size = part.length.toString(16);
        return `${at % 3 === 0 ? `${size} ;x=${at}` : size}\r\n${part}\r\n`;
      });
    const bytes = chunked(`${chunks.join('')}0\r\n\r\n`);
    for (const split of [1000, 4099, 65_537]) {
      expect(await text((await serve(bytes, split)).url)).toBe(parts.join(''));
    }
  });
});

describe('bytes that answer nothing', () => {
  it('are not taken for the next response', async () => {
    const forged = rawResponse(['HTTP/1.1 200 OK', 'Content-Length: 6'], 'forged');
    const { bodies, isKept } = await askTwice(ok + forged);
    expect(bodies).toEqual(['ok', 'ok']);
    expect(isKept).toBe(false);
  });

  it('are not read at all after a response that is read in more than one way', async () => {
    const forged = rawResponse(['HTTP/1.1 200 OK', 'Content-Length: 6'], 'forged');
    const bytes = chunked('2\r\nok\r\n0\r\n\r\n', 'Content-Length: 100') + forged;
    expect(await askTwice(bytes)).toEqual({ bodies: ['ok', 'ok'], isKept: false });
  });
});

describe('a dispatcher of the app', () => {
  it('understands as much, but for the bytes of a header section', async () => {
    const dispatcher = new Agent();
    const adapter = network({ dispatcher });
    const bytes = interim(100) + chunked('2 \r\nok\r\n0\r\n\r\n', 'X-Any : thing', 'Content-Length: 5');
    expect(await text((await serve(bytes)).url, adapter)).toBe('ok');
    await dispatcher.destroy();
  });

  it('may share its connections with others', async () => {
    const dispatcher = new Agent({ connections: 1, pipelining: 1 });
    const { url, connections } = await serve(ok);
    expect(await text(url, network({ dispatcher }))).toBe('ok');
    const { body } = await dispatcher.request({ origin: url, path: '/', method: 'GET' });
    expect(await body.text()).toBe('ok');
    expect(await text(url, network({ dispatcher }))).toBe('ok');
    expect(connections).toEqual([0, 0, 0]);
    await dispatcher.destroy();
  });

  it('goes on with its connections when the network is closed', async () => {
    const dispatcher = new Agent({ connections: 1 });
    const { url, connections } = await serve(ok);
    const adapter = network({ dispatcher });
    expect(await text(url, adapter)).toBe('ok');
    await adapter.close();
    for (let count = 0; count < 2; count++) {
      const { body } = await dispatcher.request({ origin: url, path: '/', method: 'GET' });
      expect(await body.text()).toBe('ok');
    }
    expect(connections).toEqual([0, 0, 0]);
    await dispatcher.destroy();
  });
});

describe('a name that a server gives', () => {
  it.each([
    ['UTF-8', '/caf\xc3\xa9?q=\xc3\xa9', '/caf%C3%A9?q=%C3%A9'],
    ['Latin-1', '/caf\xe9?q=\xe9', '/caf%E9?q=%E9'],
    ['both', '/\xc3\xa9/\xe9', '/%C3%A9/%E9'],
  ])('is asked for as it is: %s', async (_name, location, asked) => {
    const lines: string[] = [];
    const url = await serveRaw((socket, head) => {
      lines.push(head.split(' ')[1] as string);
      const found = rawResponse(['HTTP/1.1 302 Found', `Location: ${location}`, 'Content-Length: 0']);
      socket.write(lines.length === 1 ? found : ok, 'latin1');
    });
    const response = await network().fetch(requestFor(`${url}/start`));
    expect(lines).toEqual(['/start', asked]);
    expect(response.head.url).toBe(`${url}${asked}`);
  });
});
