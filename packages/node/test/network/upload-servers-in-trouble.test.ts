import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../src/network/before-attempt.ts';
import { bytesOf, useNetworks } from './given.ts';
import { type Asked, useOddServers } from './odd-upload-server.ts';
import { content, Uploader } from './uploader.ts';

const network = useNetworks();
const serve = useOddServers();
const size = content.length;
const tus = () => network({ uploads: 'tus' });
const ietf = () => network();

/** A tus server that has `bytes` of each of its uploads; `odd` answers instead of it where it returns true. */
class Tus {
  readonly uploads: Buffer[] = [];
  readonly gone = new Set<number>();
  readonly answer = async (asked: Asked): Promise<void> => {
    if (await this.odd(asked, this)) return;
    const { method, path, headers } = asked;
    if (method === 'POST') {
      const id = this.uploads.push(Buffer.alloc(0)) - 1;
      return asked.answer(201, { location: `/files/${id}` });
    }
    const id = Number(path.split('/').at(-1));
    if (this.gone.has(id)) return asked.answer(404);
    const has = this.uploads[id] ?? Buffer.alloc(0);
    if (method === 'HEAD')
      return asked.answer(200, { 'upload-offset': `${has.length}`, 'upload-length': `${size}` });
    if (Number(headers['upload-offset']) !== has.length) return asked.answer(409);
    this.uploads[id] = Buffer.concat([has, await asked.read()]);
    return asked.answer(204, { 'upload-offset': `${this.uploads[id]?.length}` });
  };

  constructor(readonly odd: (asked: Asked, server: Tus) => unknown = () => false) {}
}

describe('the app is asked for fresh fields', () => {
  it('before each request of an upload, and sees what it is', async () => {
    const seen: Omit<Attempt, 'headers'>[] = [];
    let token = 0;
    const server = await serve(new Tus().answer);
    const uploader = new Uploader();
    const beforeAttempt = ({ headers, ...attempt }: Attempt) => {
      seen.push(attempt);
      expect(headers.get('tus-resumable')).toBe('1.0.0');
      return { headers: { authorization: `Bearer ${++token}`, 'upload-offset': '7' } };
    };
    await uploader.upload(server.url, () => network({ uploads: 'tus', beforeAttempt }));
    expect(server.asked.map(({ method, headers }) => [method, headers.authorization])).toEqual([
      ['POST', 'Bearer 1'],
      ['HEAD', 'Bearer 2'],
      ['PATCH', 'Bearer 3'],
    ]);
    const common = { fetchId: 'film', url: server.url, attempt: 1, range: null };
    const uploadUrl = `${server.origin}/files/0`;
    expect(seen).toEqual([
      { ...common, method: 'POST' },
      { ...common, method: 'HEAD', uploadUrl },
      { ...common, method: 'PATCH', uploadUrl },
    ]);
  });

  it.each(['POST', 'HEAD', 'PATCH'])('again after a 401 to a %s, and told of it', async (method) => {
    for (const status of [401, 403]) {
      let token = 'stale';
      const state = new Tus((asked) => {
        if (asked.method !== method || asked.headers.authorization !== 'stale') return false;
        asked.answer(status);
        return true;
      });
      const server = await serve(state.answer);
      const beforeAttempt = ({ refused }: Attempt) => {
        if (refused) token = 'fresh';
        return { headers: { authorization: token } };
      };
      const response = await new Uploader().upload(server.url, () =>
        network({ uploads: 'tus', beforeAttempt }),
      );
      expect(response.head.status).toBe(204);
      expect(state.uploads[0]?.equals(content)).toBe(true);
      expect(server.methods.filter((each) => each === method)).toHaveLength(2);
    }
  });

  it.each(['POST', 'HEAD', 'PATCH'])('once: a second 401 to a %s is the answer', async (method) => {
    const server = await serve(
      new Tus((asked) => {
        if (asked.method === method) asked.answer(401);
        return asked.method === method;
      }).answer,
    );
    const beforeAttempt = () => ({ headers: { authorization: 'none' } });
    const create = () => network({ uploads: 'tus', beforeAttempt });
    expect((await new Uploader().upload(server.url, create)).head.status).toBe(401);
    expect(server.methods.filter((each) => each === method)).toHaveLength(2);
  });

  it('not where there is nobody to give any, or where they go to another origin', async () => {
    const elsewhere = await serve((asked) => asked.answer(401));
    for (const location of ['/files/0', `${elsewhere.origin}/files/0`]) {
      const server = await serve((asked) =>
        asked.method === 'POST' ? asked.answer(201, { location }) : asked.answer(401),
      );
      let token = 0;
      const beforeAttempt = () => ({ headers: { authorization: `${++token}`, 'x-token': 'S3CRET' } });
      const isOurs = location === '/files/0';
      const create = () => network({ uploads: 'tus', ...(!isOurs && { beforeAttempt }) });
      expect((await new Uploader().upload(server.url, create)).head.status).toBe(401);
      expect(server.methods).toEqual(isOurs ? ['POST', 'HEAD'] : ['POST']);
    }
    expect(elsewhere.methods).toEqual(['HEAD']);
    expect(elsewhere.asked[0]?.headers).not.toHaveProperty('x-token');
    expect(elsewhere.asked[0]?.headers).not.toHaveProperty('authorization');
  });

  it('where a token expired while the server had announced that the upload can be continued', async () => {
    let has = 0;
    const server = await serve(async (asked) => {
      const complete = { 'upload-complete': has === size ? '?1' : '?0', 'upload-offset': `${has}` };
      if (asked.method === 'HEAD') return asked.answer(204, complete);
      if (asked.method === 'POST') asked.announce('/uploads/0');
      has += (await asked.read()).length / (asked.method === 'POST' ? 2 : 1);
      if (asked.method === 'POST') return asked.answer(401);
      asked.answer(200, { 'upload-complete': '?1' }, 'done');
    });
    const beforeAttempt = () => undefined;
    const response = await new Uploader().upload(server.url, () => network({ beforeAttempt }));
    expect(Buffer.from(await bytesOf(response)).toString()).toBe('done');
    expect(server.methods).toEqual(['POST', 'HEAD', 'PATCH']);
  });

  it('and a POST that is refused without that is not sent again', async () => {
    const server = await serve(async (asked) => {
      await asked.read();
      asked.answer(401);
    });
    const create = () => network({ beforeAttempt: () => undefined });
    expect((await new Uploader().upload(server.url, create)).head.status).toBe(401);
    expect(server.methods).toEqual(['POST']);
  });
});

describe('an upload resource that is gone', () => {
  it.each([
    ['is asked how much it has', 404, 'HEAD'],
    ['is asked how much it has', 410, 'HEAD'],
    ['gets a part', 404, 'PATCH'],
    ['gets a part', 410, 'PATCH'],
  ])('gets a successor that has it all, when it %s: %s', async (_name, status, method) => {
    const state = new Tus(async (asked, { gone }) => {
      if (asked.path !== '/files/0' || asked.method !== method) return false;
      gone.add(0);
      await asked.read();
      asked.answer(status);
      return true;
    });
    const server = await serve(state.answer);
    const response = await new Uploader().upload(server.url, tus);
    expect(response.head.status).toBe(204);
    expect(state.uploads[1]?.equals(content)).toBe(true);
    expect(state.uploads).toHaveLength(2);
  });

  it('gets one after a cut and a part that was acknowledged', async () => {
    const state = new Tus(async (asked, { uploads, gone }) => {
      if (asked.method !== 'PATCH' || asked.path !== '/files/0') return false;
      if (asked.count === 0) {
        uploads[0] = await asked.read(1000);
        asked.cut();
      } else {
        gone.add(0);
        asked.answer(404);
      }
      return true;
    });
    const server = await serve(state.answer);
    const response = await new Uploader().upload(server.url, tus);
    expect(response.head.status).toBe(204);
    expect(state.uploads.map((bytes) => bytes.length)).toEqual([1000, size]);
    expect(state.uploads[1]?.equals(content)).toBe(true);
  });

  it('gets three, over all attempts; then its answer is the last', async () => {
    const server = await serve(({ method, count, answer, cut }) => {
      if (method === 'POST') return answer(201, { location: `/files/${count}` });
      return count % 2 === 0 ? cut() : answer(410, {}, '');
    });
    const response = await new Uploader().upload(server.url, tus);
    expect(response.head.status).toBe(410);
    expect(server.methods.filter((method) => method === 'POST')).toHaveLength(4);
    expect(server.received).toBe(0);
  });

  it('of the IETF draft has the request sent as it was, if its end had not left', async () => {
    const server = await serve(async (asked) => {
      const { method, path, count } = asked;
      if (method === 'HEAD') return path === '/uploads/0' ? asked.answer(404) : asked.answer(500);
      asked.announce(`/uploads/${count}`);
      if (count === 1) {
        const bytes = await asked.read();
        return asked.answer(200, { 'upload-complete': '?1' }, `${bytes.equals(large)}`);
      }
      await asked.read(100_000);
      asked.cut();
    });
    // more than the buffers between the two can hold
    const large = Buffer.concat(Array.from({ length: 10 }, () => content));
    const response = await new Uploader(large).upload(server.url, ietf);
    expect(Buffer.from(await bytesOf(response)).toString()).toBe('true');
    expect(server.methods).toEqual(['POST', 'HEAD', 'POST']);
  });

  it('waits for its server where that is away before the request leaves again', async () => {
    const server = await serve(async (asked) => {
      if (asked.method === 'HEAD') {
        server.goAway();
        return asked.answer(404, { connection: 'close' });
      }
      asked.announce('/uploads/0');
      await asked.read(100_000);
      asked.cut();
    });
    const adapter = ietf();
    const uploader = new Uploader(Buffer.concat(Array.from({ length: 10 }, () => content)));
    await expect(uploader.attempt(adapter, server.url)).rejects.toThrow();
    expect(uploader.state).toContain('/uploads/0');
    const request = uploader.requestFor(server.url);
    const error = await adapter.fetch(request).catch((caught: unknown) => caught);
    expect(server.methods).toEqual(['POST', 'HEAD']);
    expect(await adapter.probe(request, new AbortController().signal, error)).toBe('unsent');
  });

  it('has no successor that could not be continued: it is sent once more, and that is the end', async () => {
    const server = await serve(async (asked) => {
      if (asked.method === 'HEAD') return asked.answer(404);
      if (asked.count === 0) asked.announce('/uploads/0');
      await asked.read(100_000);
      asked.cut();
    });
    const uploader = new Uploader(Buffer.concat(Array.from({ length: 10 }, () => content)));
    await expect(uploader.upload(server.url, ietf)).rejects.toThrow(TypeError);
    expect(server.methods).toEqual(['POST', 'HEAD', 'POST']);
    expect(uploader.state).toBeNull();
  });

  const whole = async (asked: Asked): Promise<void> => {
    await asked.read();
    asked.cut();
  };
  it.each([
    ['of a tus server', tus, 404],
    ['of a tus server', tus, 410],
    ['of the IETF draft', ietf, 404],
    ['of the IETF draft', ietf, 410],
  ])(
    'after all of the body had left has no successor: nobody knows what came of it, %s, %s',
    async (_name, create, status) => {
      let isGone = false;
      const server = await serve(async (asked) => {
        const { method } = asked;
        if (method === 'HEAD')
          return isGone ? asked.answer(status) : asked.answer(200, { 'upload-offset': '0' });
        if (method === 'POST' && create === tus) return asked.answer(201, { location: '/files/0' });
        isGone = true;
        if (method === 'POST') asked.announce('/files/0');
        await whole(asked);
      });
      const uploader = new Uploader();
      await expect(uploader.upload(server.url, create)).rejects.toThrow(/nobody knows.*not sent again/);
      expect(server.received).toBe(size);
      expect(uploader.state).toBeNull();
    },
  );

  it('after it had acknowledged all of the body has none either', async () => {
    let isGone = false;
    const server = await serve(async (asked) => {
      if (asked.method === 'POST') {
        asked.announce('/files/0');
        return await whole(asked);
      }
      if (isGone) return asked.answer(404);
      if (asked.method === 'HEAD')
        return asked.answer(204, { 'upload-offset': `${size}`, 'upload-complete': '?0' });
      isGone = true;
      asked.cut();
    });
    await expect(new Uploader().upload(server.url, ietf)).rejects.toThrow(/nobody knows/);
    expect(server.methods).toEqual(['POST', 'HEAD', 'PATCH', 'HEAD']);
  });

  it('went with an answer to the last part that says nothing else: that stands', async () => {
    let has = 0;
    const server = await serve(async (asked) => {
      if (asked.method === 'POST') {
        asked.announce('/files/0');
        has = (await asked.read(100)).length;
        return asked.cut();
      }
      if (has > size) return asked.answer(404);
      if (asked.method === 'HEAD')
        return asked.answer(204, { 'upload-offset': `${has}`, 'upload-complete': '?0' });
      has += (await asked.read()).length;
      if (has === size) has++;
      asked.answer(200, {}, 'thanks');
    });
    const response = await new Uploader().upload(server.url, ietf);
    expect(Buffer.from(await bytesOf(response)).toString()).toBe('thanks');
  });
});

describe('a server that says what is not true', () => {
  const says = (headers: Record<string, string>) => async (asked: Asked) => {
    if (asked.method === 'POST') return asked.answer(201, { location: '/files/0' });
    await asked.read();
    asked.answer(asked.method === 'HEAD' ? 200 : 204, headers);
  };

  it.each([
    ['twice the length', { 'upload-offset': '0', 'upload-length': `${2 * size}` }],
    ['twice the length, and all of ours', { 'upload-offset': `${size}`, 'upload-length': `${2 * size}` }],
    ['a shorter length', { 'upload-offset': '0', 'upload-length': '100' }],
    ['a length that is none', { 'upload-offset': '0', 'upload-length': 'many' }],
    ['more than the body', { 'upload-offset': `${size + 1}` }],
    ['all of it before anything was sent', { 'upload-offset': `${size}` }],
    ['some of it before anything was sent', { 'upload-offset': '5' }],
    ['nothing', {}],
    ['no number', { 'upload-offset': 'five' }],
  ])('of its offset and length gets nothing, and has no success: %s', async (_name, headers) => {
    const server = await serve(says(headers));
    await expect(new Uploader().upload(server.url, tus)).rejects.toThrow(/of the upload|takes the upload/);
    expect(server.received).toBe(0);
  });

  it('in the answer to a part that it has more than was sent has no success', async () => {
    const state = new Tus(async (asked) => {
      if (asked.method !== 'PATCH') return false;
      await asked.read(1000);
      asked.answer(204, { 'upload-offset': '100' });
      return true;
    });
    const server = await serve(state.answer);
    await expect(new Uploader().upload(server.url, tus)).rejects.toThrow(/acknowledged 100/);
  });

  it('that an upload is complete, and has less, has no success: when it is asked', async () => {
    const server = await serve(async (asked) => {
      if (asked.method === 'HEAD')
        return asked.answer(204, { 'upload-offset': '1000', 'upload-complete': '?1' });
      asked.announce('/files/0');
      await asked.read(1000);
      asked.cut();
    });
    await expect(new Uploader().upload(server.url, ietf)).rejects.toThrow(/complete, and has 1000 of/);
  });

  it('that an upload is complete, and has less, has no success: when it got all', async () => {
    const server = await serve(async (asked) => {
      const headers = { 'upload-offset': '1000', 'upload-complete': '?1' };
      if (asked.method === 'POST') asked.announce('/files/0');
      await asked.read();
      asked.answer(200, headers);
    });
    await expect(new Uploader().upload(server.url, ietf)).rejects.toThrow(/complete, and has 1000 of/);
    expect(server.received).toBe(size);
  });

  it('that an upload is complete of which it got a part has no success', async () => {
    const server = await serve(async (asked) => {
      if (asked.method === 'HEAD') {
        const limit = { 'upload-limit': 'max-append-size=1000' };
        return asked.answer(204, { 'upload-offset': '1000', 'upload-complete': '?0', ...limit });
      }
      if (asked.method === 'POST') asked.announce('/files/0');
      await asked.read(1000);
      return asked.method === 'POST' ? asked.cut() : asked.answer(200, { 'upload-complete': '?1' });
    });
    await expect(new Uploader().upload(server.url, ietf)).rejects.toThrow(/complete, and got 2000 of/);
  });

  it('by going back behind what it has acknowledged gets nothing more, in no attempt', async () => {
    const state = new Tus(async (asked) => {
      if (asked.method === 'HEAD' && asked.count > 0) {
        asked.answer(200, { 'upload-offset': asked.count === 1 ? '2000' : '1000' });
        return true;
      }
      if (asked.method !== 'PATCH') return false;
      await asked.read(5000);
      asked.cut();
      return true;
    });
    const server = await serve(state.answer);
    await expect(new Uploader().upload(server.url, tus)).rejects.toThrow(/has 1000 of.*acknowledged 2000/);
    expect(server.methods.filter((method) => method === 'PATCH')).toHaveLength(2);
  });
});

describe('a server that never takes an upload', () => {
  const taken: (readonly [string, number, Record<string, string>])[] = [
    ...[408, 409, 423, 425, 429, 500, 502, 503, 504].map(
      (status) => [`reads parts, and answers ${status}`, status, {}] as const,
    ),
    ['answers parts with 204 and no offset', 204, {}],
    ['answers parts with 200 and the old offset', 200, { 'upload-offset': '0' }],
    ['reads parts, and ends the connection', 0, {}],
    ['leads parts on to themselves', 307, { location: '/files/0' }],
  ];
  it.each(taken)('gets no more than two bodies in all: it %s', async (_name, status, headers) => {
    for (const create of [tus, ietf]) {
      const server = await serve(async (asked) => {
        if (asked.method === 'HEAD')
          return asked.answer(200, { 'upload-offset': '0', 'upload-complete': '?0' });
        if (asked.method === 'POST' && create === tus) return asked.answer(201, { location: '/files/0' });
        if (asked.method === 'POST') asked.announce('/files/0');
        await asked.read();
        if (status === 0 || asked.method === 'POST') asked.cut();
        else asked.answer(status, headers);
      });
      const uploader = new Uploader();
      await expect(uploader.upload(server.url, create)).rejects.toThrow(TypeError);
      expect(server.received).toBeGreaterThan(0);
      expect(server.received).toBeLessThanOrEqual(2 * size);
      // it is asked all the same, as often as that is wanted
      expect(server.methods.filter((method) => method === 'HEAD').length).toBeGreaterThan(9);
    }
  });

  it.each([404, 423, 500, 503])('gets nothing where it answers %s before it is sent any', async (status) => {
    const server = await serve((asked) =>
      asked.method === 'POST' ? asked.answer(201, { location: '/files/0' }) : asked.answer(status),
    );
    const ended = new Uploader().upload(server.url, tus);
    if (status === 404) expect((await ended).head.status).toBe(404);
    else await expect(ended).rejects.toThrow(TypeError);
    expect(server.received).toBe(0);
  });

  it('but for a byte each time gets no more than two bodies beyond that', async () => {
    let has = 0;
    const server = await serve(async (asked) => {
      if (asked.method === 'POST') return asked.answer(201, { location: '/files/0' });
      if (asked.method === 'HEAD') return asked.answer(200, { 'upload-offset': `${has}` });
      await asked.read();
      has++;
      asked.answer(500);
    });
    await expect(new Uploader().upload(server.url, tus)).rejects.toThrow(TypeError);
    expect(server.received).toBeLessThanOrEqual(2 * size + has);
  });

  it('loses resources with most of the body gets no more than three bodies', async () => {
    const state = new Tus(async (asked, { gone, uploads }) => {
      if (asked.method !== 'PATCH') return false;
      const id = uploads.length - 1;
      const bytes = await asked.read();
      uploads[id] = Buffer.concat([uploads[id] ?? Buffer.alloc(0), bytes]).subarray(0, size - 1);
      gone.add(id);
      asked.answer(503);
      return true;
    });
    const server = await serve(state.answer);
    await new Uploader().upload(server.url, tus).catch((error) => expect(error).toBeInstanceOf(TypeError));
    expect(server.received).toBeLessThanOrEqual(3 * size);
  });

  it('and then does gets what is missing in parts', async () => {
    const state = new Tus(async (asked) => {
      if (asked.method !== 'PATCH' || asked.count > 5) return false;
      await asked.read();
      asked.answer(503);
      return true;
    });
    const server = await serve(state.answer);
    const response = await new Uploader().upload(server.url, tus);
    expect(response.head.status).toBe(204);
    expect(state.uploads[0]?.equals(content)).toBe(true);
    expect(server.received).toBeLessThanOrEqual(3 * size);
  });

  it('but the first part gets the rest in parts of a length that servers take which want whole blocks', async () => {
    const state = new Tus(async (asked) => {
      if (asked.method !== 'PATCH' || asked.count > 0) return false;
      await asked.read();
      asked.answer(503);
      return true;
    });
    const server = await serve(state.answer);
    expect((await new Uploader().upload(server.url, tus)).head.status).toBe(204);
    const lengths = server.asked.flatMap(({ headers }) => Number(headers['content-length'] ?? 0) || []);
    expect(lengths).toEqual([size, 8 * 2 ** 18, size - 8 * 2 ** 18]);
  });

  it('and wants long parts gets none shorter', async () => {
    const least = 1_000_000;
    const server = await serve(async (asked) => {
      const { method, headers } = asked;
      if (method === 'POST') asked.announce('/files/0');
      if (method === 'HEAD') {
        const limits = { 'upload-limit': `min-append-size=${least}` };
        return asked.answer(204, { 'upload-offset': '0', 'upload-complete': '?0', ...limits });
      }
      if (method === 'PATCH') expect(Number(headers['content-length'])).toBeGreaterThanOrEqual(least);
      await asked.read();
      asked.cut();
    });
    await expect(new Uploader().upload(server.url, ietf)).rejects.toThrow(/cost too much/);
    expect(server.methods.filter((method) => method === 'PATCH')).toHaveLength(1);
  });
});
