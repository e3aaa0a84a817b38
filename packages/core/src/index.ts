export * from './model/background-fetch.ts';
export * from './model/byte-ranges.ts';
export * from './model/image-resource.ts';
export * from './model/record.ts';
export * from './model/schema.ts';
export type * from './ports.ts';
