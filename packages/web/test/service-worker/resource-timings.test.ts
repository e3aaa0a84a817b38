import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

type Entry = Pick<PerformanceResourceTiming, 'name' | 'nextHopProtocol'>;

describe('whether requests share one connection to a server', () => {
  let tell: (...entries: Entry[]) => void;
  let observers: number;
  let protocols: typeof import('../../src/service-worker/resource-timings.ts');
  beforeEach(async () => {
    observers = 0;
    class Observer {
      constructor(callback: (list: { getEntries(): Entry[] }) => void) {
        observers++;
        tell = (...entries) => callback({ getEntries: () => entries });
      }
      observe(): void {}
    }
    vi.stubGlobal('PerformanceObserver', Observer);
    vi.resetModules();
    protocols = await import('../../src/service-worker/resource-timings.ts');
    protocols.watchResources();
  });
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    ['h2', true],
    ['h3', true],
    ['http/1.1', false],
    ['http/1.0', false],
  ])('is told by how the last response came: %s', (nextHopProtocol, multiplexed) => {
    tell({ name: 'https://a.test/file?1', nextHopProtocol });
    expect(protocols.isMultiplexed('https://a.test/other')).toBe(multiplexed);
    expect(protocols.isMultiplexed('https://a.test:8443/other')).toBeUndefined();
  });

  it('is unknown before a response has ended, and where the server hides it', () => {
    expect(protocols.isMultiplexed('https://a.test/')).toBeUndefined();
    tell({ name: 'https://a.test/', nextHopProtocol: '' });
    expect(protocols.isMultiplexed('https://a.test/')).toBeUndefined();
  });

  it('is not forgotten because of a response that hides it', () => {
    tell({ name: 'https://a.test/', nextHopProtocol: 'h2' });
    tell({ name: 'https://a.test/', nextHopProtocol: '' });
    expect(protocols.isMultiplexed('https://a.test/')).toBe(true);
  });

  it('changes with the way in which responses come', () => {
    tell(
      { name: 'https://a.test/', nextHopProtocol: 'h2' },
      { name: 'https://a.test/', nextHopProtocol: 'http/1.1' },
    );
    expect(protocols.isMultiplexed('https://a.test/')).toBe(false);
  });

  it('is out of the question without TLS', () => {
    expect(protocols.isMultiplexed('http://localhost:8080/')).toBe(false);
  });

  it('takes one observer, however often an engine is started', () => {
    protocols.watchResources();
    expect(observers).toBe(1);
  });

  it('stays unknown in a browser that has no observers', async () => {
    vi.stubGlobal('PerformanceObserver', undefined);
    vi.resetModules();
    const others = await import('../../src/service-worker/resource-timings.ts');
    others.watchResources();
    expect(others.isMultiplexed('https://a.test/')).toBeUndefined();
  });
});
