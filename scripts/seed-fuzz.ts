import fc from 'fast-check';

/**
 * Every run of the unit tests draws the same inputs. `FUZZ_SEED=7 FUZZ_RUNS=100000 npx vitest run fuzz` draws others,
 * and more of them.
 */
const { FUZZ_SEED, FUZZ_RUNS } = process.env;
fc.configureGlobal({
  seed: Number(FUZZ_SEED ?? 9110),
  ...(FUZZ_RUNS === undefined ? {} : { numRuns: Number(FUZZ_RUNS) }),
});
