import { showError } from './announcer.ts';
import type { Downloads } from './downloads.ts';
import { find } from './elements.ts';
import { inspect, runReferenceExample } from './reference-example.ts';

/** Runs the reference example against the running download of episode 5, and prints to the page. */
export function setUpExample(downloads: Downloads): void {
  const output = find<HTMLOutputElement>('#example output');
  const button = find<HTMLButtonElement>('#example button');
  const update = () => {
    const state = downloads.state('ep-5');
    const active = state.kind === 'active';
    button.disabled = !active;
    // For the developer console, where the example then runs as it stands.
    if (active) Object.assign(globalThis, { bgFetch: state.transfer.registration });
  };
  downloads.addEventListener('change', update);
  button.addEventListener('click', async () => {
    const state = downloads.state('ep-5');
    if (state.kind !== 'active') return;
    output.textContent = '';
    const log = (...values: unknown[]) => {
      console.log(...values);
      output.textContent += `${values.map(inspect).join(' ')}\n`;
    };
    await runReferenceExample(state.transfer.registration, { log }).catch((error) =>
      showError('The example failed', error),
    );
  });
  update();
}
