/** The numbers of bytes whose arrival is timed. */
export const marks = [0.5, 1, 2, 5, 10, 20].map((megabytes) => megabytes * 1_000_000);

/** Reads a body to its end; gives the ms since `began` after which each of the marks was there. */
export async function timedRead({ body }: Response, began: number): Promise<number[]> {
  if (!body) throw new Error('The response has no body');
  const times: number[] = [];
  const reader = body.getReader();
  let received = 0;
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    received += chunk.value.byteLength;
    while (received >= (marks[times.length] ?? Number.POSITIVE_INFINITY))
      times.push(performance.now() - began);
  }
  if (times.length < marks.length) throw new Error(`The body had ${received} bytes`);
  return times;
}

export async function readPlain(url: string): Promise<number[]> {
  const began = performance.now();
  return await timedRead(await fetch(url), began);
}

interface Manager {
  fetch(id: string, request: string): Promise<BackgroundFetchRegistration>;
}

/** Reads what a background fetch of this URL brings, while it does. */
export async function readInFlight(manager: Manager, url: string): Promise<number[]> {
  const began = performance.now();
  const registration = await manager.fetch(url, url);
  const record = await registration.match(url);
  if (!record) throw new Error(`There is no record of ${url}`);
  const times = await timedRead(await record.responseReady, began);
  while (registration.result === '')
    await new Promise((resolve) => registration.addEventListener('progress', resolve, { once: true }));
  if (registration.result !== 'success') throw new Error(`${url} failed: ${registration.failureReason}`);
  return times;
}
