/**
 * Where nothing tells versions apart, a body with `integrity` is continued all the same: its digest will show a
 * mixture. Who reads it while it comes gets it as it comes.
 */
export function mayBeMixed(request: Request): boolean {
  return request.integrity !== '';
}
