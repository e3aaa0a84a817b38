// The names of what all scripts of an origin share. Apps call databases and channels of their own `background-fetch`,
// as the explainer of the specification does.

/** The name of the database. */
export const databaseName = 'background-fetch (polyfill)';

/** The earlier name of the database: an origin that has one goes on with it. */
export const formerDatabaseName = 'background-fetch';

/** The name of the BroadcastChannel. */
export const channelName = 'background-fetch (polyfill)';
