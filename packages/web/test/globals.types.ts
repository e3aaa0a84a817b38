/// <reference path="../globals.d.ts" />
import type {
  BackgroundFetchFailureReason as FailureReasonOfCore,
  ImageResource as ImageResourceOfCore,
  BackgroundFetchResult as ResultOfCore,
} from '@background-fetch/core';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

// `tsc` checks this: apps see the ambient types, which can't import the core's, and both have to say the same
export const globalsAreThoseOfTheCore: [
  Same<BackgroundFetchResult, ResultOfCore>,
  Same<BackgroundFetchFailureReason, FailureReasonOfCore>,
  Same<ImageResource, ImageResourceOfCore>,
] = [true, true, true];
