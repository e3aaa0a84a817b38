/** Fetches `count` small resources while the main thread is busy, and notes each message that came before its state. */
export async function countEarlyMessages({ registration }, count, parallel) {
  const fetches = new Map();
  const early = [];
  const heard = { 'client.postMessage': 0, BroadcastChannel: 0, MessagePort: 0 };
  const waiting = new Map();
  const hear = ({ data: { way, id } }) => {
    heard[way]++;
    const wait = waiting.get(id);
    if (--wait.missing === 0) wait.resolve();
    const fetch = fetches.get(id);
    // a message may come before fetch() has resolved: then nobody holds a registration that could be wrong
    if (fetch && fetch.result !== 'success') early.push(`${way} ${id}: "${fetch.result}"`);
  };
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = hear;
  registration.active.postMessage({ port: true }, [port2]);
  const channel = new BroadcastChannel('order');
  channel.onmessage = hear;
  navigator.serviceWorker.addEventListener('message', hear);
  navigator.serviceWorker.startMessages();

  const stopBeingBusy = keepBusy();
  let next = 0;
  const work = async () => {
    while (next < count) {
      const id = `order:${next++}`;
      const told = new Promise((resolve) => waiting.set(id, { missing: Object.keys(heard).length, resolve }));
      fetches.set(id, await registration.backgroundFetch.fetch(id, `/r/${id}?size=1000`));
      await told;
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  stopBeingBusy();
  const stale = [...fetches.values()].filter(({ result }) => result !== 'success').map(({ id }) => id);
  return { early, heard, stale };
}

/** Blocks the main thread for 20 ms at a time, with room for a few tasks in between. */
function keepBusy() {
  let busy = true;
  const block = () => {
    const end = performance.now() + 20;
    while (performance.now() < end);
    if (busy) setTimeout(block);
  };
  block();
  return () => {
    busy = false;
  };
}
