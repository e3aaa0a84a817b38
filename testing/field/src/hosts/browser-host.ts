import { type BrowserName, launchUndriven, type RemoteControl } from '@background-fetch/testing-browsers';
import type { Ending } from '../judge.ts';
import { type Host, type Served, within } from './host.ts';

let pages = 0;

/**
 * A browser of its own, with a page that downloads.
 * @param patience ms after which a background fetch counts as one that never ends
 */
export async function openBrowser(
  engine: BrowserName,
  control: RemoteControl,
  served: Served,
  patience?: number,
): Promise<Host> {
  const said: string[] = [];
  const name = `${engine}-${++pages}`;
  const browser = await launchUndriven(engine, {
    url: `${served.page}?name=${name}`,
    launcherTab: false,
    ...(served.certificate && {
      ignoreCertificateErrors: true,
      trustedOrigins: [served.origin, served.steeredFrom],
    }),
  });
  try {
    const page = await Promise.race([control.waitForPage({ name }), browser.ended]);
    const run = <T>(body: string, ...args: readonly unknown[]): Promise<T> =>
      Promise.race([page.run<T>(body, ...args), browser.ended]);
    // what is loaded later would count as sent by the site, and be cut
    await run('await app');
    return {
      async download(id, urls) {
        const ended = run<Ending>('return (await app).download(...args)', id, urls);
        try {
          return await within(ended, () => run('return (await app).look(...args)', id), patience);
        } catch (error) {
          await run('return (await app).abort(...args)', id).catch(() => {});
          throw error;
        }
      },
      said: () => said.splice(0),
      close: () => browser.close(),
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}
