import { catalogue } from '../built-in.ts';
import { type News, newsChannel } from '../kept.ts';
import { showError } from './announcer.ts';
import { startBackgroundFetching } from './background-fetch.ts';
import { DownloadTray } from './download-tray.ts';
import { Downloads } from './downloads.ts';
import { keepNativeInLinks } from './navigation.ts';

async function open(): Promise<void> {
  keepNativeInLinks();
  const downloads = new Downloads(catalogue.items, await startBackgroundFetching());
  new DownloadTray(catalogue.items, downloads);
  await downloads.refresh();
  new BroadcastChannel(newsChannel).addEventListener('message', ({ data }: MessageEvent<News>) => {
    if (data.type === 'show' && !document.hidden) location.assign(`/#${data.id}`);
  });
}

open().catch((error) => showError("Can't download in the background here", error));
