import { count, flag, oneOf, optional, shape, text } from './check-shape.ts';

const connectionSettings = shape({
  proxies: optional(shape({ http: text, https: text, except: text })),
  ca: optional(text),
  extraCa: optional(text),
  cert: optional(text),
  key: optional(text),
  checked: optional(flag),
});

/** How a fetch is to be transferred, as messages and notes say it. */
export const fetchSettings = shape({
  jobs: optional(count),
  connections: optional(count),
  limitRate: optional(count),
  retry: optional(count),
  compressed: optional(flag),
  mediaTypeChange: optional(oneOf('accept', 'refuse')),
  connection: optional(connectionSettings),
});
