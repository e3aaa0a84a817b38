type Listener = (detail: string) => void;

let listener: Listener = (detail) => console.error(detail);

/** Who hears of errors that no test caught. */
export function onPageError(listen: Listener): void {
  listener = listen;
}

/** Makes the run fail: an error that no test caught. */
export function reportPageError(error: unknown, where: string): void {
  const text =
    error instanceof Error || error instanceof DOMException ? `${error.name}: ${error.message}` : error;
  const stack = error instanceof Error ? `\n${error.stack ?? ''}` : '';
  listener(`uncaught ${where}: ${text}${stack}`);
}
