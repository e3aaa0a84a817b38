import { assert } from 'chai';
import { control, progressed, settled, sha256 } from '../../support/fetched.ts';
import { host } from '../../support/host.ts';
import { contentOf, firstResponse, logOf, newResource, stalled, start, useHeldScope } from './given.ts';

const mebibyte = 2 ** 20;
const size = 24 * mebibyte;
const nineTenths = Math.floor((size * 9) / 10);
/** What a cut of the last connection may cost: a checkpoint and 1 MiB, in bytes. */
const checkpoint = 4 * mebibyte;
const mostRepeated = checkpoint + mebibyte;

describe('hosts as people download from them', () => {
  const scope = useHeldScope();

  const places = [
    ...['huggingface', 'jsdelivr', 's3', 'gcs', 'github'].map((cors) => ({ cors })),
    // a signed URL, which works once, at one of two edges
    { cors: 'huggingface', redirect: 'edges', tokenuses: 1 },
  ];
  for (const place of places) {
    it(`${JSON.stringify(place)}: a body that is cut at 90 % goes on from there`, async () => {
      const file = newResource({ size, withhold: nineTenths, ...place }, host.crossOrigin);
      const registration = await start(scope(), file.url);
      await progressed(registration, ({ downloaded }) => downloaded >= nineTenths - checkpoint);
      await stalled(file);
      const before = (await logOf(file)).length;
      await control(file.key, { params: { withhold: 'cut' }, release: true });
      await settled(registration);
      assert.equal(`${registration.result} ${registration.failureReason}`, 'success ');
      const bytes = await (await firstResponse(registration)).arrayBuffer();
      assert.equal(await sha256(bytes), await sha256(contentOf(file)));
      const after = (await logOf(file)).slice(before);
      assert.isNotEmpty(after);
      const sent = after.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
      assert.isAtMost(sent, size - nineTenths + mostRepeated);
    });
  }
});
