import { catalogue } from '../built-in.ts';
import { type News, newsChannel } from '../kept.ts';
import { announce, showError } from './announcer.ts';
import { startBackgroundFetching } from './background-fetch.ts';
import { Downloads } from './downloads.ts';
import { find } from './elements.ts';
import { setUpExample } from './example-console.ts';
import { ItemCard } from './item-card.ts';
import { setUpLineControls } from './line-controls.ts';
import { keepNativeInLinks } from './navigation.ts';
import { Player } from './player.ts';
import { updateStorageMeter } from './storage-meter.ts';

async function open(): Promise<void> {
  keepNativeInLinks();
  setUpLineControls();
  const downloads = new Downloads(catalogue.items, await startBackgroundFetching());
  await downloads.refresh();
  const player = new Player();
  const cards = new Map(catalogue.items.map((item) => [item.id, new ItemCard(item, downloads, player)]));
  for (const { id, kind } of catalogue.items) {
    find(kind === 'episode' ? '#episodes' : '#models').append(cards.get(id)?.element ?? '');
  }
  const updateStorage = () => void updateStorageMeter(catalogue.items, downloads);
  downloads.addEventListener('change', (event) => {
    const { detail: id } = event as CustomEvent<string>;
    cards.get(id)?.update();
    if (downloads.state(id).kind !== 'active') updateStorage();
  });
  updateStorage();
  markPlaying(player, cards);
  setUpExample(downloads);
  showWhatIsAskedFor(cards);
  await runJob(downloads);
}

function markPlaying(player: Player, cards: ReadonlyMap<string, ItemCard>): void {
  player.addEventListener('change', () => {
    for (const [id, card] of cards) card.playing = player.playing?.id === id;
  });
}

/** From a link like `/#ep-5`, or a click on a download in whatever page. */
function showWhatIsAskedFor(cards: ReadonlyMap<string, ItemCard>): void {
  const fromAddress = () => cards.get(location.hash.slice(1))?.show();
  addEventListener('hashchange', fromAddress);
  new BroadcastChannel(newsChannel).addEventListener('message', ({ data }: MessageEvent<News>) => {
    if (data.type === 'show') cards.get(data.id)?.show();
  });
  fromAddress();
}

/** `npm start -- --headless` opens the page with a job for it to do. */
async function runJob(downloads: Downloads): Promise<void> {
  if (!new URLSearchParams(location.search).has('job')) return;
  const { runHeadlessJob } = await import('./headless-job.ts');
  await runHeadlessJob(downloads);
}

open().then(
  () => announce('Ready'),
  (error) => showError("Can't download in the background here", error),
);
