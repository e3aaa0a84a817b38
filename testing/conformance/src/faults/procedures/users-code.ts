import {
  contentOf,
  firstResponse,
  readAtLeast,
  readerOf,
  release,
  released,
  start,
} from '../../suites/behaviour/given.ts';
import { progressed, settled, sha256 } from '../../support/fetched.ts';
import type { TestScope } from '../../support/scope.ts';
import type { Download, Outcome } from '../download.ts';
import { observe, outcomeOf, resourceOf } from '../observe.ts';

const plain: Download = {};
const stalling: Download = { parameters: { attempts: 'stall:150000' } };

export const usersCodeProcedures = {
  async throwInListener(scope: TestScope): Promise<Outcome> {
    await scope.run(() => {
      globalThis.addEventListener('backgroundfetchsuccess', () => {
        throw new Error('thrown on purpose');
      });
    });
    const outcome = await observe(scope, plain);
    const { matchCount } = await scope.nextEvent('backgroundfetchsuccess');
    return matchCount === 1 ? outcome : `${outcome}, which the other listener could not match`;
  },

  async rejectWaitUntil(scope: TestScope): Promise<Outcome> {
    await scope.releaseEvents();
    await scope.handleEvent('backgroundfetchsuccess', async (event) => {
      event.waitUntil(Promise.reject(new Error('rejected on purpose')));
      const [record] = await event.registration.matchAll();
      return record && (await testWorker.sha256(await record.responseReady));
    });
    const file = resourceOf(plain);
    const registration = await start(scope, file.url);
    const { value } = await scope.nextEvent('backgroundfetchsuccess');
    await released(registration);
    return value === (await sha256(contentOf(file))) ? 'version 1, then released' : `${value}: WRONG BYTES`;
  },

  async neverSettleWaitUntil(scope: TestScope): Promise<Outcome> {
    const file = resourceOf(plain);
    const first = await settled(await start(scope, file.url));
    await scope.nextEvent('backgroundfetchsuccess');
    const second = await observe(scope, plain);
    if (!first.recordsAvailable) return 'released, although it is waited for';
    return second === (await outcomeOf(first, file)) ? second : 'changed while it was held';
  },

  async cancelReader(scope: TestScope): Promise<Outcome> {
    const file = resourceOf(stalling);
    const registration = await start(scope, file.url);
    const reader = readerOf(await firstResponse(registration));
    await readAtLeast(reader, 1);
    await reader.cancel();
    await release(file);
    return await outcomeOf(await settled(registration), file);
  },

  async stopReading(scope: TestScope): Promise<Outcome> {
    const file = resourceOf(stalling);
    const registration = await start(scope, file.url);
    await readAtLeast(readerOf(await firstResponse(registration)), 1);
    await release(file);
    return await outcomeOf(await settled(registration), file);
  },

  async abortInTheMiddle(scope: TestScope): Promise<Outcome> {
    const file = resourceOf(stalling);
    const registration = await start(scope, file.url);
    await progressed(registration, ({ downloaded }) => downloaded > 0);
    await registration.abort();
    return await outcomeOf(await settled(registration), file);
  },
};
