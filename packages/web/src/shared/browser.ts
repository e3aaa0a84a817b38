// What no feature tells is decided by the engine, which these globals of theirs give away.

export const isChromium = 'userAgentData' in navigator;
export const isFirefox = 'InternalError' in globalThis;
