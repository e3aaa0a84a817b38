import type { Host } from './host.ts';

/** A host that is opened anew before each download that is disturbed. */
export async function openRenewed(open: () => Promise<Host>): Promise<Host> {
  let host = await open();
  return {
    async renew() {
      await host.close();
      host = await open();
    },
    download: (id, urls) => host.download(id, urls),
    said: () => host.said(),
    close: () => host.close(),
  };
}
