import type { CatalogueItem } from '../catalogue.ts';
import { showError } from './announcer.ts';
import { describeState, isBusy } from './describe-state.ts';
import type { Downloads } from './downloads.ts';
import { find, instantiate } from './elements.ts';

/** What is under way, seen from another page: what the browser's own display of downloads would show. */
export class DownloadTray {
  readonly #list = find('#tray ul');
  readonly #empty = find('#tray .empty');
  readonly #rows = new Map<string, HTMLElement>();

  constructor(items: readonly CatalogueItem[], downloads: Downloads) {
    const update = (item: CatalogueItem) => this.#update(item, downloads);
    downloads.addEventListener('change', (event) => {
      const item = items.find(({ id }) => id === (event as CustomEvent<string>).detail);
      if (item) update(item);
    });
  }

  #update(item: CatalogueItem, downloads: Downloads): void {
    const state = downloads.state(item.id);
    const known = this.#rows.get(item.id);
    // What was finished before the page was opened is not shown; what finishes while one looks, is.
    if (!known && !isBusy(state)) return;
    const row = known ?? this.#add(item, downloads);
    const description = describeState(item, state);
    row.dataset.state = description.name;
    find('.state', row).textContent = description.label;
    find('.detail', row).textContent = description.detail;
    const progress = find<HTMLProgressElement>('progress', row);
    progress.hidden = !isBusy(state);
    progress.value = description.fraction;
  }

  #add(item: CatalogueItem, downloads: Downloads): HTMLElement {
    const row = instantiate('tray-row');
    const title = find<HTMLAnchorElement>('a', row);
    title.textContent = item.title;
    title.href = `/#${item.id}`;
    find('progress', row).setAttribute('aria-label', `Download of ${item.title}`);
    title.addEventListener('click', (event) => {
      // A click on a running download is its service worker's to answer; otherwise this is a link.
      if (!downloads.canPause || downloads.state(item.id).kind !== 'active') return;
      event.preventDefault();
      downloads.click(item.id).catch((error) => showError(`Can't show “${item.title}”`, error));
    });
    this.#rows.set(item.id, row);
    this.#list.append(row);
    this.#empty.hidden = true;
    return row;
  }
}
