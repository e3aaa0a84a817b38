import { Caller } from './calls.ts';
import { getEnvironment } from './environment.ts';
import { host } from './host.ts';
import type { ContextKind, ContextOptions, OpenContext } from './open-context.ts';

const open = new Set<OpenContext>();
let opened = 0;

/** Opens another context of this origin, with the polyfill imported there. */
export async function openContext(kind: ContextKind, options: ContextOptions = {}): Promise<OpenContext> {
  const environment = getEnvironment();
  if (environment) return await environment.openContext(kind, options);
  const channel = `conformance context ${Date.now()}-${Math.random()}-${++opened}`;
  const native = host.native || options.bare ? '&native' : '';
  const bound = options.policy === undefined ? '' : `&policy=${encodeURIComponent(options.policy)}`;
  const query = `?channel=${encodeURIComponent(channel)}${native}${bound}`;
  const folder = options.scope ?? (bound ? '/conformance/bound/' : '/conformance/');
  const caller = new Caller(channel);
  const end = start(kind, folder, query, channel);
  const context: OpenContext = {
    run: (body, ...args) => caller.run(body, ...args),
    close() {
      open.delete(context);
      end();
      caller.close();
    },
  };
  if (!options.lasting) open.add(context);
  await caller.ready;
  return context;
}

/** Closes the contexts of a test that has ended. */
export function closeContexts(): void {
  for (const context of [...open]) context.close();
}

/** Starts it; returns what ends it. */
function start(kind: ContextKind, folder: string, query: string, channel: string): () => void {
  switch (kind) {
    case 'dedicated-worker': {
      const worker = new Worker(`${folder}context.js${query}`, { type: 'module' });
      return () => worker.terminate();
    }
    case 'shared-worker': {
      const worker = new SharedWorker(`${folder}context.js${query}`, { type: 'module', name: query });
      worker.port.start();
      return () => {
        const closing = new BroadcastChannel(channel);
        closing.postMessage({ type: 'close' });
        closing.close();
      };
    }
    case 'frame': {
      const frame = document.createElement('iframe');
      frame.src = `${folder}context.html${query}`;
      document.body.append(frame);
      return () => frame.remove();
    }
    case 'tab': {
      const tab = window.open(`${folder}context.html${query}`);
      if (!tab) throw new Error('The browser opened no tab: are pop-ups blocked?');
      return () => tab.close();
    }
  }
}
