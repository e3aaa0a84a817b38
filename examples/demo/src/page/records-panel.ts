import type { CatalogueItem } from '../catalogue.ts';
import { cacheName } from '../kept.ts';
import type { Downloads } from './downloads.ts';
import { element } from './elements.ts';
import { previewBody } from './preview-body.ts';

interface Entry {
  readonly request: Request;
  readonly responseReady: Promise<Response>;
}

/** The requests and responses of an item: from the running background fetch, afterwards from the cache. */
export class RecordsPanel {
  readonly #item: CatalogueItem;
  readonly #downloads: Downloads;
  readonly #container: HTMLElement;
  /** Where the list that is shown came from; null while closed. */
  #source: 'flight' | 'cache' | null = null;

  constructor(item: CatalogueItem, downloads: Downloads, container: HTMLElement) {
    this.#item = item;
    this.#downloads = downloads;
    this.#container = container;
    container.id = `${item.id}-records`;
  }

  toggle(button: HTMLElement): void {
    const opens = this.#source === null;
    button.setAttribute('aria-expanded', `${opens}`);
    button.setAttribute('aria-controls', this.#container.id);
    this.#container.hidden = !opens;
    if (opens) void this.#fill();
    else this.#source = null;
  }

  /** When the item is put away, the records come from elsewhere; when it is deleted, there are none. */
  update(): void {
    const { kind } = this.#downloads.state(this.#item.id);
    if (this.#source === null || kind === 'settling') return;
    const source = kind === 'active' ? 'flight' : 'cache';
    if (source !== this.#source) void this.#fill();
  }

  async #fill(): Promise<void> {
    const state = this.#downloads.state(this.#item.id);
    this.#source = state.kind === 'active' ? 'flight' : 'cache';
    const entries =
      state.kind === 'active' ? await state.transfer.registration.matchAll() : await this.#cached();
    const heading = state.kind === 'active' ? 'registration.matchAll(), in flight' : 'From the Cache API';
    this.#container.replaceChildren(
      element('h4', { textContent: heading }),
      element('ol', {}, ...entries.map((entry) => this.#row(entry))),
    );
  }

  async #cached(): Promise<Entry[]> {
    const name = cacheName(this.#item.id);
    if (!(await caches.has(name))) return [];
    const cache = await caches.open(name);
    const requests = await cache.keys();
    return requests.map((request) => ({
      request,
      responseReady: cache.match(request).then((response) => {
        if (!response) throw new Error('It was deleted meanwhile');
        return response;
      }),
    }));
  }

  #row({ request, responseReady }: Entry): HTMLLIElement {
    const head = element('p', { className: 'response', textContent: 'Waiting for the response…' });
    const headers = element('dl');
    const preview = element('div', { className: 'preview' });
    const url = new URL(request.url);
    const row = element(
      'li',
      {},
      element(
        'p',
        { className: 'request' },
        element('b', { textContent: request.method }),
        ` ${url.pathname}${url.search}`,
      ),
      head,
      headers,
      preview,
    );
    responseReady.then(
      (response) => {
        head.textContent = `${response.status} ${response.statusText} · type ${response.type || 'default'}`;
        for (const [name, value] of response.headers) {
          headers.append(element('dt', { textContent: name }), element('dd', { textContent: value }));
        }
        return previewBody(response, preview);
      },
      (error) => {
        head.textContent = `No response: ${error instanceof Error ? error.message : error}`;
      },
    );
    return row;
  }
}
