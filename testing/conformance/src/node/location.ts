// Imported before all others: the suites and what they import look at it while they are loaded.
Object.defineProperty(globalThis, 'location', { value: new URL(process.argv[2] ?? ''), configurable: true });
