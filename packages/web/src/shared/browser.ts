// What no feature tells is decided by the engine, which these globals of theirs give away.

export function isChromium(): boolean {
  return 'userAgentData' in navigator;
}

export function isFirefox(): boolean {
  return 'InternalError' in globalThis;
}
