import { type CatalogueItem, fileOfRole } from '../catalogue.ts';
import { showError } from './announcer.ts';
import { find } from './elements.ts';
import { formatClock } from './format.ts';

/**
 * The bar at the bottom. It plays the episode's own address: the service worker answers with what is kept, with what
 * has arrived of a running download, or from the network.
 */
export class Player extends EventTarget {
  readonly #bar = find('#player');
  readonly #audio = new Audio();
  readonly #seek = find<HTMLInputElement>('#player input');
  readonly #toggle = find<HTMLButtonElement>('#player .toggle');
  #item: CatalogueItem | null = null;

  constructor() {
    super();
    this.#toggle.addEventListener('click', () => {
      if (this.#item) void this.toggle(this.#item);
    });
    for (const type of [
      'play',
      'pause',
      'ended',
      'durationchange',
      'timeupdate',
      'waiting',
      'playing',
      'progress',
    ]) {
      this.#audio.addEventListener(type, () => this.#update());
    }
    this.#audio.addEventListener('error', () =>
      showError(
        `Can't play “${this.#item?.title}”`,
        this.#audio.error?.message || 'the browser gave no reason',
      ),
    );
    this.#seek.addEventListener('input', () => {
      this.#audio.currentTime = Number(this.#seek.value);
    });
  }

  /** The item that plays now. */
  get playing(): CatalogueItem | null {
    return this.#audio.paused ? null : this.#item;
  }

  async toggle(item: CatalogueItem): Promise<void> {
    if (this.#item === item && !this.#audio.paused) return this.#audio.pause();
    if (this.#item !== item) this.#load(item);
    await this.#audio.play();
  }

  #load(item: CatalogueItem): void {
    this.#item = item;
    this.#bar.hidden = false;
    document.body.classList.add('has-player');
    find('.title', this.#bar).textContent = item.title;
    find<HTMLImageElement>('img', this.#bar).src = fileOfRole(item, 'artwork')?.url ?? '/icon.svg';
    this.#audio.src = fileOfRole(item, 'audio')?.url ?? '';
  }

  #update(): void {
    const { currentTime, duration, paused, readyState } = this.#audio;
    // Until all of it has arrived the browser may guess the duration; the catalogue knows.
    const length = Number.isFinite(duration) ? duration : (this.#item?.minutes ?? 0) * 60;
    this.#seek.max = `${length}`;
    this.#seek.value = `${currentTime}`;
    this.#seek.style.setProperty('--played', `${length > 0 ? (currentTime / length) * 100 : 0}%`);
    this.#seek.setAttribute('aria-valuetext', `${formatClock(currentTime)} of ${formatClock(length)}`);
    find('.time', this.#bar).textContent = `${formatClock(currentTime)} / ${formatClock(length)}`;
    this.#bar.dataset.state = paused
      ? 'paused'
      : readyState < HTMLMediaElement.HAVE_FUTURE_DATA
        ? 'waiting'
        : 'playing';
    this.#toggle.setAttribute('aria-label', paused ? 'Play' : 'Pause');
    this.dispatchEvent(new Event('change'));
  }
}
