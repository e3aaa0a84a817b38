/** The upload resource that a `Location` names; null if it names none, or one that may not be asked. */
export function resolveResource(location: string | null, from: URL): URL | null {
  if (location === null || !URL.canParse(location, from)) return null;
  const url = new URL(location, from);
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' ? url : null;
}
