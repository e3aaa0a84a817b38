// Where no feature tells what a browser does, its engine decides, which these globals of theirs give away.

/** Whether this is Chrome, Edge, or another browser on Chromium. */
export function isChromium(): boolean {
  return 'userAgentData' in navigator;
}

/** Whether this is Firefox, or another browser on Gecko. */
export function isFirefox(): boolean {
  return 'InternalError' in globalThis;
}
