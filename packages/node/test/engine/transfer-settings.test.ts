import { describe, expect, it } from 'vitest';
import type { OpenOptions } from '../../src/index.ts';
import { useFaultServer } from '../network/given.ts';
import { nextBody, useEngines } from './given.ts';

const server = useFaultServer();
const engines = useEngines();

const wrong: [string, NonNullable<OpenOptions['transferSettingsOf']>, RegExp][] = [
  [
    'throws',
    () => {
      throw new Error('no settings today');
    },
    /no settings today/,
  ],
  ['gives no number', () => ({ concurrency: Number.NaN }), /concurrency/],
  ['gives a rate below zero', () => ({ limitRate: -1 }), /limitRate/],
  ['gives another word', () => ({ mediaTypeChange: 'perhaps' as 'accept' }), /mediaTypeChange/],
  ['gives retries without end', () => ({ retry: { firstDelay: Number.NaN } }), /firstDelay/],
  [
    'gives half a proxy',
    () => ({ connection: { proxies: { http: 'http://h' } as never } }),
    /proxies\.https/,
  ],
  ['gives a number for a certificate', () => ({ connection: { ca: 1 as never } }), /connection\.ca/],
  ['gives a word for whether to decode', () => ({ decode: 'no' as never }), /decode/],
  ['mistypes a limit', () => ({ limitrate: 1 }) as never, /limitrate/],
  ['mistypes a retry', () => ({ retry: { outages: 5 } as never }), /outages/],
  ['mistypes a proxy', () => ({ connection: { proxy: 'http://h' } as never }), /"proxy"/],
  [
    'gives a proxy without a scheme',
    () => ({ connection: { proxies: { http: '127.0.0.1:3128', https: '', except: '' } } }),
    /proxies\.http/,
  ],
  ['gives a list', () => [{ limitRate: 1 }] as never, /array/],
  ['gives what could be awaited', () => Object.fromEntries([['then', () => {}]]) as never, /promise/],
  ['gives null', () => null as never, /undefined/],
  ['gives a promise', (() => Promise.resolve({})) as never, /promise/i],
];

describe('transferSettingsOf', () => {
  it.each(wrong)('that %s holds up no other fetch', async (_name, settingsOf, said) => {
    const logged: string[] = [];
    const engine = await engines.open({
      directory: await engines.directory(),
      log: (message) => logged.push(message),
      transferSettingsOf: (id) => (id === 'wrong' ? settingsOf(id) : undefined),
    });
    await engine.backgroundFetch.fetch('wrong', [`${server().origin}/r/a?size=1000`]);
    const body = nextBody(engine);
    await engine.backgroundFetch.fetch('right', [`${server().origin}/r/b?size=1000`]);
    expect((await body).id).toBe('right');
    expect(logged.join('\n')).toMatch(said);
    expect(await engine.backgroundFetch.getIds()).toEqual(['wrong']);
  });

  it('decides for each fetch whether a content coding is undone', async () => {
    const engine = await engines.open({
      directory: await engines.directory(),
      transferSettingsOf: (id) => ({ decode: id !== 'as-sent' }),
    });
    const url = `${server().origin}/r/coded?size=1000&content=repetitive&encoding=gzip`;
    const sizes: Record<string, number> = {};
    for (const id of ['as-sent', 'decoded']) {
      const body = nextBody(engine);
      await engine.backgroundFetch.fetch(id, [new Request(url, { headers: { 'accept-encoding': 'gzip' } })]);
      sizes[id] = (await body).bytes.byteLength;
    }
    expect(sizes.decoded).toBe(1000);
    expect(sizes['as-sent']).not.toBe(1000);
  });

  it('holds for a fetch from its beginning, whatever is thrown later', async () => {
    let calls = 0;
    const engine = await engines.open({
      directory: await engines.directory(),
      transferSettingsOf: () => {
        if (calls++ > 0) throw new Error('no more');
        return { connections: 1 };
      },
    });
    const body = nextBody(engine);
    await engine.backgroundFetch.fetch('once', [
      `${server().origin}/r/once?size=3000000&attempts=cut:1000000|ok`,
    ]);
    expect((await body).bytes.byteLength).toBe(3_000_000);
    expect(calls).toBe(1);
  });

  it('has to be a function', async () => {
    const directory = await engines.directory();
    await expect(engines.open({ directory, transferSettingsOf: {} as never })).rejects.toThrow(
      /"transferSettingsOf" has to be a function/,
    );
  });
});
