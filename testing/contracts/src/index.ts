export * from './announcements-contract.ts';
export * from './clock-contract.ts';
export * from './connectivity-contract.ts';
export type { TestFramework } from './framework.ts';
export * from './lock-contract.ts';
export { type NetworkUnderTest, networkContract, type ServedResource } from './network-contract.ts';
export * from './samples.ts';
export { type StoreContractOptions, storeContract } from './store/store-contract.ts';
export type { StoreUnderTest } from './store/store-under-test.ts';
