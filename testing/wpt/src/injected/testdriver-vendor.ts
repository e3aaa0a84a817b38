// The suite's hook for what automation does; the tests of Background Fetch ask for nothing but its permission.

// Neither the polyfill nor Chromium as it is started here asks the user.
const internal = { in_automation: true, set_permission: async (): Promise<void> => {} };
Object.assign((globalThis as unknown as { test_driver_internal: object }).test_driver_internal, internal);
