/** The host's own interface, where it has one; elsewhere the DOMException of that name, which it took the place of. */
export function createQuotaExceededError(message: string): DOMException {
  const { QuotaExceededError } = globalThis as {
    QuotaExceededError?: new (message: string) => DOMException;
  };
  return QuotaExceededError
    ? new QuotaExceededError(message)
    : new DOMException(message, 'QuotaExceededError');
}
