/**
 * What Chromium's own Background Fetch does otherwise than the specification, by the full titles of the behaviours that
 * fail there. A run with `--native` succeeds if exactly these fail.
 */
export const nativeFailures: Readonly<Record<string, string>> = {};
