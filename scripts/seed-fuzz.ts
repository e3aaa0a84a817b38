import fc from 'fast-check';

/** Every run of the unit tests draws the same inputs; `FUZZ_SEED=7 npx vitest run fuzz` draws others. */
fc.configureGlobal({ seed: Number(process.env.FUZZ_SEED ?? 9110) });
