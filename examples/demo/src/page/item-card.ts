import { type CatalogueItem, fileOfRole, totalBytes } from '../catalogue.ts';
import { announce, showError } from './announcer.ts';
import { describeState, isBusy } from './describe-state.ts';
import type { Downloads } from './downloads.ts';
import { find, instantiate } from './elements.ts';
import { formatBytes } from './format.ts';
import type { Player } from './player.ts';
import { RecordsPanel } from './records-panel.ts';

type Action = 'play' | 'start' | 'pause' | 'resume' | 'abort' | 'remove' | 'records';

/** One episode or model of the list, with everything that can be done with it. */
export class ItemCard {
  readonly element: HTMLElement;
  readonly #item: CatalogueItem;
  readonly #downloads: Downloads;
  readonly #player: Player;
  readonly #records: RecordsPanel;
  #lastTold = '';

  constructor(item: CatalogueItem, downloads: Downloads, player: Player) {
    this.#item = item;
    this.#downloads = downloads;
    this.#player = player;
    this.element = instantiate('item');
    this.#records = new RecordsPanel(item, downloads, find('.records', this.element));
    this.#fill();
    for (const button of this.element.querySelectorAll<HTMLButtonElement>('button[data-action]')) {
      button.addEventListener('click', () => void this.#perform(button.dataset.action as Action));
    }
    this.update();
  }

  /** Scrolls to it and marks it for a moment. */
  show(): void {
    this.element.scrollIntoView({ block: 'center' });
    this.element.classList.add('shown');
    this.element.focus({ preventScroll: true });
    this.element.addEventListener('animationend', () => this.element.classList.remove('shown'), {
      once: true,
    });
  }

  update(): void {
    const state = this.#downloads.state(this.#item.id);
    const description = describeState(this.#item, state);
    this.element.dataset.state = description.name;
    find('.state', this.element).textContent = description.label;
    find('.detail', this.element).textContent = description.detail;
    const progress = find<HTMLProgressElement>('progress', this.element);
    progress.hidden = !isBusy(state);
    progress.value = description.fraction;
    progress.textContent = description.detail;
    this.#showActions();
    this.#records.update();
    this.#tell(description.told);
  }

  set playing(playing: boolean) {
    if (this.element.classList.contains('playing') === playing) return;
    this.element.classList.toggle('playing', playing);
    this.#label('play', playing ? 'Pause' : 'Play');
  }

  #fill(): void {
    const { id, title, summary, minutes, files } = this.#item;
    this.element.id = id;
    this.element.setAttribute('aria-label', title);
    find('h3', this.element).textContent = title;
    find('.summary', this.element).textContent = summary;
    const count = files.length === 1 ? 'one file' : `${files.length} files`;
    const label = minutes ? [`Episode ${id.replace('ep-', '')}`, `${minutes} min`] : ['Model'];
    find('.facts', this.element).textContent = [...label, formatBytes(totalBytes(this.#item)), count].join(
      ' · ',
    );
    find<HTMLImageElement>('img', this.element).src = fileOfRole(this.#item, 'artwork')?.url ?? '/model.svg';
    find('progress', this.element).setAttribute('aria-label', `Download of ${title}`);
    const transcript = fileOfRole(this.#item, 'transcript');
    const link = find<HTMLAnchorElement>('a.transcript-link', this.element);
    if (transcript) link.href = transcript.url;
    else link.remove();
    for (const button of this.element.querySelectorAll<HTMLButtonElement>('button[data-action]')) {
      this.#label(button.dataset.action as Action, button.textContent?.trim() ?? '');
    }
  }

  /** Heard on its own, a button has to say what it is about. */
  #label(action: Action, text: string): void {
    const button = find(`[data-action=${action}]`, this.element);
    find('span', button).textContent = text;
    button.setAttribute('aria-label', `${text}: ${this.#item.title}`);
  }

  #showActions(): void {
    const state = this.#downloads.state(this.#item.id);
    const active = state.kind === 'active';
    const paused = active && state.paused;
    const visible: Record<Action, boolean> = {
      play: this.#item.kind === 'episode',
      start: state.kind === 'absent',
      pause: active && !paused && this.#downloads.canPause,
      resume: paused,
      abort: active,
      remove: state.kind === 'kept',
      records: isBusy(state) || state.kind === 'kept',
    };
    for (const button of this.element.querySelectorAll<HTMLButtonElement>('button[data-action]')) {
      this.#setVisible(button, visible[button.dataset.action as Action]);
    }
    if (state.kind === 'absent') {
      this.#label('start', state.outcome ? 'Try again' : 'Download');
    }
  }

  /** A button that disappears under the keyboard hands the focus on to what takes its place. */
  #setVisible(button: HTMLButtonElement, visible: boolean): void {
    const hadFocus = !visible && document.activeElement === button;
    button.hidden = !visible;
    if (hadFocus)
      queueMicrotask(() =>
        this.element.querySelector<HTMLElement>('.transfer-actions button:not([hidden])')?.focus(),
      );
  }

  #tell(told: string): void {
    if (told === this.#lastTold) return;
    // What was so when the page was opened is no news.
    if (this.#lastTold !== '') announce(`${this.#item.title}: ${told}`);
    this.#lastTold = told;
  }

  async #perform(action: Action): Promise<void> {
    const { id, title } = this.#item;
    try {
      switch (action) {
        case 'play':
          return await this.#player.toggle(this.#item);
        case 'start':
          return void (await this.#downloads.start(this.#item));
        case 'records':
          return this.#records.toggle(find('[data-action=records]', this.element));
        default:
          return await this.#downloads[action](id);
      }
    } catch (error) {
      showError(`Can't ${action} “${title}”`, error);
    }
  }
}
