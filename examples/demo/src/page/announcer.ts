import { find } from './elements.ts';

/** Says something to people who listen to the page: beginnings and endings, never each progress. */
export function announce(text: string): void {
  find('#announcer').textContent = text;
}

/** Shows an error to everybody. */
export function showError(what: string, error: unknown): void {
  const message = find('#error');
  message.hidden = false;
  find('#error-text').textContent = `${what}: ${error instanceof Error ? error.message : error}`;
  console.error(what, error);
}
