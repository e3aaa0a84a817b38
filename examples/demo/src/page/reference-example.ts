/** The one line of `console` that the example needs. */
interface Log {
  log(...values: unknown[]): void;
}

/** The example of the API's documentation, as it is written there. */
export function runReferenceExample(bgFetch: BackgroundFetchRegistration, console: Log): Promise<void> {
  return bgFetch.match('/ep-5.mp3').then(async (record) => {
    if (!record) return console.log('No record found');
    console.log(`Here's the request`, record.request);
    const response = await record.responseReady;
    console.log(`And here's the response`, response);
  });
}

/** What a developer console shows of a request or response; other values as text. */
export function inspect(value: unknown): string {
  if (value instanceof Request) {
    const { method, url, mode, credentials } = value;
    return `Request ${JSON.stringify({ method, url, mode, credentials, headers: Object.fromEntries(value.headers) }, null, 2)}`;
  }
  if (value instanceof Response) {
    const { type, url, status, ok, redirected } = value;
    return `Response ${JSON.stringify({ type, url, status, ok, redirected, headers: Object.fromEntries(value.headers) }, null, 2)}`;
  }
  return String(value);
}
