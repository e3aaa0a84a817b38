import { afterEach, beforeEach, expect, it } from 'vitest';
import { until, useFaultServer } from '../network/given.ts';
import { useEngines } from './given.ts';

const server = useFaultServer();
const engines = useEngines();
const warnings: string[] = [];
const note = (warning: Error): void => void warnings.push(`${warning.name}: ${warning.message}`);

beforeEach(() => {
  warnings.length = 0;
  process.on('warning', note);
});
afterEach(() => {
  process.off('warning', note);
});

it('many fetches are released while they are read, without a warning of a leak', async () => {
  const engine = await engines.open({ directory: await engines.directory() });
  engine.onbackgroundfetchsuccess = () => {};
  const count = 12;
  const readers = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const registration = await engine.backgroundFetch.fetch(
        `fetch-${index}`,
        `${server().origin}/r/many-${index}?size=1000000`,
      );
      const [record] = await registration.matchAll();
      const reader = (await record?.responseReady)?.body?.getReader();
      await reader?.read();
      await until(() => !registration.recordsAvailable);
      return reader;
    }),
  );
  for (const reader of readers) await reader?.cancel();
  expect(warnings).toEqual([]);
});
