/** Tells the scenario what a page saw of the fetch "file". */
export function note(message) {
  const body = JSON.stringify({ kind: 'shown', version: 0, instance: 'page', id: 'file', message });
  return fetch('/app/note', { method: 'POST', body });
}
