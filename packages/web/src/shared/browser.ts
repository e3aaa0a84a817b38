// Where no feature tells what a browser does, its engine decides, which these globals of theirs give away.

export function isChromium(): boolean {
  return 'userAgentData' in navigator;
}

export function isFirefox(): boolean {
  return 'InternalError' in globalThis;
}
