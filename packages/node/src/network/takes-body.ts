/**
 * Whether a status says that a request is done, or leads away from it for good: with any other, a server wants no more
 * of its body.
 */
export function takesBody(status: number): boolean {
  return (status >= 200 && status <= 299) || (status >= 301 && status <= 303);
}
