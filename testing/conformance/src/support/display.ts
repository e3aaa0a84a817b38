import * as ponyfill from 'background-fetch/ponyfill';
import { getEnvironment } from './environment.ts';

/** Activates the display of a background fetch, as its host lets an app do it. */
export async function click(registration: BackgroundFetchRegistration): Promise<void> {
  await (getEnvironment()?.click ?? ponyfill.click)(registration);
}
