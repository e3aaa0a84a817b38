import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { download, expectRead, start, untilSent } from '../download.ts';
import type { Scenario } from '../scenario.ts';
import { Session } from '../session.ts';
import { inMebibytes } from '../transfer-account.ts';

/**
 * WebKit commits a row of IndexedDB and links the files of its Blobs into place after that: `fdatasync` of the log,
 * then `link`, some 0.3 ms later, measured on WebKitGTK 2.50.6. A browser that is killed in between comes back with a
 * row whose Blob can't be read. Too rarely hit to wait for, so the file is taken away instead.
 */
export const blobLost: Scenario = {
  name: 'killed between the commit of a row and the move of its Blob',
  engines: ['webkit'],
  run: ({ engine }) =>
    Session.use(engine, async (session) => {
      const file = download('file', 32, 8);
      await start(session, await session.launch(), 'file', file);
      await untilSent(session, file, 0.5);
      await session.kill();
      await removeNewestBlob(session.profile);
      await session.spawn();
      await expectRead(session, 'file', file);
      return `lost ${session.account('file').lost.map(inMebibytes)} MiB`;
    }),
};

/** The files are numbered: 1.blob, 2.blob, … */
async function removeNewestBlob(profile: string): Promise<void> {
  const files = await readdir(profile, { recursive: true });
  const numbered = files.flatMap((path) => {
    const number = /(\d+)\.blob$/.exec(path)?.[1];
    return number ? [{ path, number: Number(number) }] : [];
  });
  const newest = numbered.sort((a, b) => b.number - a.number)[0];
  if (!newest)
    throw new Error(`WebKit keeps no Blob files below ${profile}: does it store them elsewhere now?`);
  await rm(join(profile, newest.path));
}
