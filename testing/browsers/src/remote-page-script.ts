/**
 * What a steerable page runs. The polling happens in a worker made from a data: URL, because such a worker has an
 * opaque origin: no service worker under test sees its requests, it is nobody's client, and neither a blocked main
 * thread nor a throttled background tab silences it. It talks to a port of the control's own, so it neither uses up
 * one of the page's six connections nor appears in the counts of the server under test. Only an https page polls
 * where it came from, because plain http would be mixed content there, or at the origin in the script's `data-control`.
 */
export function remotePageScript(controlOrigin: string, prefix: string): string {
  return `(${page})(${JSON.stringify(controlOrigin)}, ${JSON.stringify(prefix)}, ${JSON.stringify(`(${poller})()`)});\n`;
}

const page = `function (controlOrigin, prefix, poller) {
  'use strict';
  const AsyncFunction = (async () => {}).constructor;
  const name = document.currentScript?.dataset.name ?? new URL(location.href).searchParams.get('name') ?? '';
  const { control = location.protocol === 'https:' ? location.origin : controlOrigin } = document.currentScript?.dataset ?? {};
  const endpoint = control + prefix;
  let worker;
  const describe = (error) => error instanceof Error || error instanceof DOMException
    ? { name: error.name, message: error.message, stack: String(error.stack ?? '') }
    : { name: 'Error', message: String(error), stack: '' };
  const report = (kind, error) => worker.postMessage({ kind, error: describe(error) });
  async function perform({ call, body, args }) {
    const from = worker;
    try {
      const value = await new AsyncFunction('...args', body)(...args);
      from.postMessage({ kind: 'result', call, text: JSON.stringify({ value }) });
    } catch (error) {
      from.postMessage({ kind: 'result', call, text: JSON.stringify({ error: describe(error) }) });
    }
  }
  function start() {
    const page = Date.now().toString(36) + Math.random().toString(36).slice(2);
    worker = new Worker('data:text/javascript,' + encodeURIComponent(poller));
    worker.onmessage = ({ data }) => perform(data);
    worker.postMessage({ kind: 'start', endpoint, query: '?' + new URLSearchParams({ page, name, url: location.href }) });
  }
  addEventListener('error', (event) => report('error', event.error ?? event.message));
  addEventListener('unhandledrejection', (event) => report('error', event.reason));
  // A page kept for going back would keep polling; when it does come back it counts as a new one.
  addEventListener('pagehide', () => worker.terminate());
  addEventListener('pageshow', (event) => { if (event.persisted) start(); });
  start();
}`;

const poller = `function () {
  'use strict';
  let endpoint, query;
  const post = (path, text) => fetch(endpoint + path, { method: 'POST', body: text });
  self.onmessage = ({ data }) => {
    if (data.kind === 'start') { ({ endpoint, query } = data); poll(); }
    if (data.kind === 'result') post('result' + query + '&call=' + data.call, data.text);
    if (data.kind === 'error') post('error' + query, JSON.stringify(data.error));
  };
  async function poll() {
    let work = '';
    for (;;) {
      try {
        const response = await fetch(endpoint + 'poll' + query, { cache: 'no-store' });
        if (response.status !== 200) throw new Error('status ' + response.status);
        // The server has this poll by now, so it notices when what the page is to run ends the page.
        if (work) self.postMessage(JSON.parse(work));
        work = '';
        work = (await response.text()).trim();
      } catch {
        // The server went away; a test may start it again.
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }
}`;
