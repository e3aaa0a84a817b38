export type { Browser, DrivenBrowser, LaunchOptions, UndrivenBrowser } from './browser.ts';
export { BrowserProcess as LeashedProcess, markedEnvironment } from './browser-process.ts';
export { type BrowserName, browserNames, type FoundBrowser, findBrowsers } from './find-browsers.ts';
export { launchDriven } from './launch-driven.ts';
export { launchUndriven } from './launch-undriven.ts';
export { ProcessTree } from './process-tree.ts';
export {
  createRemoteControl,
  type MountableServer,
  type PageError,
  type RemoteControl,
} from './remote-control.ts';
export type { RemotePage } from './remote-page.ts';
