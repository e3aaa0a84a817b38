import { mediaTypeChanges } from '@background-fetch/node';
import { count, flag, oneOf, optional, type Shaped, shape, text } from './schemas.ts';

/** As the network's ConnectionSettings: a member of another type does not compile where they meet. */
const connectionSettings = shape({
  proxies: optional(shape({ http: text, https: text, except: text })),
  ca: optional(text),
  extraCa: optional(text),
  cert: optional(text),
  key: optional(text),
  checked: optional(flag),
});

/** How one fetch is transferred, as messages and notes say it; what is left out is the daemon's to decide. */
export const fetchSettings = shape({
  /** files at a time */
  jobs: optional(count),
  /** connections for one file */
  connections: optional(count),
  /** bytes per second of all its files together */
  limitRate: optional(count),
  /** attempts without progress before a file fails, after the first */
  retry: optional(count),
  /** whether a content coding is asked for and decoded */
  compressed: optional(flag),
  /** what is made of another media type than that of the bytes that are stored; accepted by default */
  mediaTypeChange: optional(oneOf(mediaTypeChanges)),
  connection: optional(connectionSettings),
});

export type FetchSettings = Shaped<typeof fetchSettings>;
