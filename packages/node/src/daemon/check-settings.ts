import { count, optional, shape } from './check-shape.ts';

/** How a fetch is to be transferred, as messages and notes say it. */
export const fetchSettings = shape({
  jobs: optional(count),
  connections: optional(count),
  limitRate: optional(count),
  retry: optional(count),
});
