import { announce, showError } from './announcer.ts';
import { find } from './elements.ts';

/** The server's line: how fast it is, and a button that cuts it. */
export function setUpLineControls(): void {
  const episodes = find<HTMLSelectElement>('#speed-episodes');
  const model = find<HTMLSelectElement>('#speed-model');
  const fieldset = find<HTMLFieldSetElement>('#line fieldset');
  const read = async () => {
    const speeds = await (await fetch('/line')).json();
    episodes.value = `${speeds.episodes}`;
    model.value = `${speeds.model}`;
    fieldset.disabled = false;
  };
  const write = () => {
    const speeds = { episodes: Number(episodes.value), model: Number(model.value) };
    fetch('/line', { method: 'PUT', body: JSON.stringify(speeds) }).catch((error) =>
      showError("Can't set the speed", error),
    );
  };
  episodes.addEventListener('change', write);
  model.addEventListener('change', write);
  find('#cut').addEventListener('click', async () => {
    try {
      const { cut } = await (await fetch('/line/cut', { method: 'POST' })).json();
      const text =
        cut === 0
          ? 'Nothing was being downloaded.'
          : `${cut} ${cut === 1 ? 'connection' : 'connections'} cut.`;
      find('#cut-result').textContent = text;
      announce(text);
    } catch (error) {
      showError("Can't cut the line", error);
    }
  });
  // Offline there is no server to set; the downloads that are kept don't need one.
  read().catch(() => {
    fieldset.disabled = true;
  });
}
